"""Studies carried out in process."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from experiments.studies.conduct import Answer, answer


def asked(study: ModuleType, data: Path | None = None, **changed: float) -> Answer:
    """A study with some options changed."""
    return answer(study, study.Options(data=data, **changed))
