"""Runs: which there are, who makes them, and the store that keeps them."""
