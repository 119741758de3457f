"""Results: what is counted while a market runs, and what it leaves in the end."""
