"""As `experiments.drawing.style`, which took its place."""

from experiments.drawing.style import *  # noqa: F403
