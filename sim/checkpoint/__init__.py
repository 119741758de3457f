"""Checkpoints: a market put aside between two days and taken up again, as if it had never stopped.

A checkpoint is an ordinary ``.npz`` file of plain arrays and a JSON header: it holds no code and may be opened
anywhere. The world is not in it, since parameters and seed rebuild the same world. What is read is held against the
declared columns before compiled code sees it: an index beyond its table would reach foreign memory.
"""

from sim.checkpoint.contents import TABLES
from sim.checkpoint.restoring import load
from sim.checkpoint.saving import save

__all__ = ["TABLES", "load", "save"]
