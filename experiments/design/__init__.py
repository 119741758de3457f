"""Designs: arms, points and their parameters."""
