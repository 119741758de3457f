"""As `experiments.outcomes`, which took its place."""

from experiments.outcomes import *  # noqa: F403
