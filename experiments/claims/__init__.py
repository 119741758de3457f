"""Claims of practitioners put to the market: a file of rows, one design of runs, a verdict on each."""
