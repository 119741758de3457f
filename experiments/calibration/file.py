"""As `experiments.posterior_file`, which took its place."""

from experiments.posterior_file import *  # noqa: F403
