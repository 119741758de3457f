"""The table of all facts: mean over seeds, standard error, 95 % interval and verdict."""

from __future__ import annotations

import sys

import pandas as pd

from experiments.measures.statistics import t_interval

from .studies import LARGE, SMALL


def line(name: str, samples: pd.Series, verdict: str) -> str:
    """A row of the table: mean, standard error, interval, seeds, verdict."""
    found = t_interval(samples)
    error = samples.std() / found.seeds**0.5
    numbers = f"{found.value:9.4f}{error:9.4f}  [{found.low:8.4f}, {found.high:8.4f}]{found.seeds:5}"
    return f"{name:58}{numbers}  {verdict}"


def main() -> None:
    """Print the table as the studies end."""
    studies = SMALL if "--small" in sys.argv[1:] else LARGE
    print(f"{'':58}{'mean':>9}{'s.e.':>9}   {'95 % interval':20}{'seeds':>5}  verdict")
    for study in studies.values():
        for fact in study():
            print(line(fact.name, fact.samples, fact.verdict()))
            for change, samples in fact.changed().items():
                print(line(f"    {change}", samples, fact.verdict_of(samples)), flush=True)


if __name__ == "__main__":
    main()
