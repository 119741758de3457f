"""Studies carried out in process, each once for all tests of a file that ask the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType

from experiments.studies.conduct import Answer, answer


@cache
def asked(study: ModuleType, data: Path | None = None, **changed: float) -> Answer:
    """A study with some options changed."""
    return answer(study, study.Options(data=data, **changed))
