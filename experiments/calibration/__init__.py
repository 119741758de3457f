"""Calibration: which values of the soft parameters agree with what is known from outside, and how surely."""
