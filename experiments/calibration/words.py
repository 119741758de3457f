"""A calibration in words; every figure is of the file that `koc calibrate` wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FAR = 1.96  # standard deviations beyond which a target is missed
PINNED, LOOSE = 0.3, 0.1  # shrinkage from which a parameter is pinned down; below which it is not
RELIEF = 0.25  # standard deviations that another target comes closer, from which two are said to conflict
PARAMETERS = ("parameter", "was", "prior", "median", "95 % interval", "shrinkage", "pinned down?", "moves with")
TARGETS = (
    "target", "known", "prior predicts", "posterior", "at the medians", "markets at draws", "predicted by the others",
    "standard deviations off",
)  # fmt: skip
HELD_OUT = ("held out", "known", "markets at draws", "standard deviations off")
BOUNDS = {"equal": "", "least": "at least ", "most": "at most "}


def of(found: dict[str, Any]) -> list[str]:
    """All of it, as Markdown tables and sentences."""
    return [
        f"{found['simulations']} markets of {found['people']:,} people over the prior, {found['predictive_markets']} "
        f"more at draws from the posterior; {found['sampler']['library']}; seed {found['seed']}.",
        "",
        *_table(PARAMETERS, _rows(found)),
        "",
        *identified(found),
        "",
        *_table(TARGETS, _target_rows(found)),
        "",
        *_table(HELD_OUT, _held_rows(found)),
        "",
        *conflicts(found),
    ]


def identified(found: dict[str, Any]) -> list[str]:
    """Which parameters the targets pin down, and which they do not."""
    by = {path: one["shrinkage"] for path, one in found["parameters"].items()}
    pinned = [path for path, s in by.items() if s >= PINNED]
    some = [path for path, s in by.items() if LOOSE <= s < PINNED]
    rest = [path for path, s in by.items() if s < LOOSE]
    return [
        f"Pinned down (interval at least {100 * PINNED:.0f} % narrower than the prior): {', '.join(pinned) or 'none'}.",
        f"Somewhat: {', '.join(some) or 'none'}.",
        f"Not pinned down by these targets: {', '.join(rest) or 'none'}.",
        *(
            f"Combination narrowed by {round(100 * one['shrinkage'])} %: "
            + " ".join(f"{part:+.2f} {path}" for path, part in one["of"].items())
            + " (in units of the priors)."
            for one in found["directions"]
        ),
    ]


def conflicts(found: dict[str, Any]) -> list[str]:
    """Which targets the model misses, and which pull against each other."""
    said = []
    for name, target in found["targets"].items():
        if abs(target["distance"]) > FAR:
            said.append(f"Missed: {name}, {abs(target['distance']):.1f} standard deviations off given all targets.")
        if "left_out" in target and abs(target["left_out"]["distance"]) > FAR:
            said.append(f"Not predicted by the others: {name}, {abs(target['left_out']['distance']):.1f} off.")
        for other, gain in target.get("left_out", {}).get("relieves", {}).items():
            if gain >= RELIEF:
                said.append(f"Conflict: without {name}, {other} comes {gain:.2f} standard deviations closer.")
    kept = ", and none keeps another away." if any_held_out(found) else "; none was let go, so as to tell conflicts."
    return said or [f"No target is missed{kept}"]


def any_held_out(found: dict[str, Any]) -> bool:
    """Whether the posterior without some target was sampled."""
    return any("left_out" in target for target in found["targets"].values())


def interval(values: list[float]) -> str:
    """Median, with the 95 % interval."""
    low, median, high = values
    return f"{median:.3g} ({low:.3g} to {high:.3g})"


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for path, one in found["parameters"].items():
        prior, s = one["prior"], one["shrinkage"]
        told = "yes" if s >= PINNED else "somewhat" if s >= LOOSE else "no"
        scale = ", log" if prior["scale"] == "log" else ""
        yield (
            f"`{path}`", f"{one['default_was']:g}", f"{prior['low']:g} to {prior['high']:g}{scale}",
            f"{one['median']:.3g}", f"{one['low']:.3g} to {one['high']:.3g}", f"{s:.2f}", told,
            f"`{one['with']}` ({one['correlation']:+.2f})",
        )  # fmt: skip


def _target_rows(found: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, one in found["targets"].items():
        out = one.get("left_out")
        yield (
            f"{name}: {one['about']}", f"{BOUNDS[one['bound']]}{one['value']:g}", interval(one["prior"]),
            interval(one["posterior"]), f"{one['at_defaults']:.3g}", interval(one["markets"]),
            interval(out["predicted"]) if out else "", f"{out['distance']:+.1f}" if out else "",
        )  # fmt: skip


def _held_rows(found: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, one in found["held_out"].items():
        yield f"{name}: {one['about']}", f"{one['value']:g}", interval(one["markets"]), f"{one['distance']:+.1f}"


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
