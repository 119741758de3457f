"""The table of runs, the table of effects, and the folder of results."""
