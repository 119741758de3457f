"""As `experiments.statistics`, which took its place."""

from experiments.statistics import *  # noqa: F403
