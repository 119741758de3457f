"""Models that studies compare with or set up: limits of the market, theories, estimators, graphs."""
