"""Bad input, kills and extreme markets, and what must be said of them: `make attack`."""
