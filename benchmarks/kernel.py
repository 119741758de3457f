"""The consumers' pass against the same in C by hand, side by side: `python -m benchmarks.kernel CONSUMERS DAYS`.

The C stands in kernel.c. It is compiled by this machine's C compiler, as an able programmer would for speed, and called
on the very tables of a market: a header with their types is printed from the declarations in `sim.state`. Both passes
live the same days from the same mornings, in turn, and must write the same; prints a line of JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from sim import draws, ranges
from sim.agents.memory import FOLDED
from sim.compilation.context import Context
from sim.day import GUIDE, Count, Day
from sim.market import Market
from sim.parameters import Parameters, Rules
from sim.records import NOBODY, Record, as_bytes, room_for
from sim.state.channels import Channel
from sim.state.creators import MOST_POSTS
from sim.state.orders import Stage
from sim.state.people import FOLLOW_SLOTS, MEMORY_SLOTS, REACHED
from sim.state.visits import MOST_OFFERS

SOURCE = Path(__file__).with_name("kernel.c")
FLAGS = (
    "-std=c99", "-D_GNU_SOURCE", "-O3", "-march=native", "-Wall", "-Wextra", "-shared", "-fPIC",
    "-fno-tree-slp-vectorize",  # gcc 12 leaves out that a float is rounded where it makes vectors of neighbours
)  # fmt: skip
SEED = 1
FIRST_DAY = 40  # memories are full, and creators have learnt by then
ROUNDS = 5
WRITTEN = ("consumers", "memories", "follows")
ENUMS = (Channel, Stage, draws.Stream, Count)
CONSTANTS = {
    "FOLLOW_SLOTS": FOLLOW_SLOTS, "MEMORY_SLOTS": MEMORY_SLOTS, "MOST_OFFERS": MOST_OFFERS, "MOST_POSTS": MOST_POSTS,
    "NOBODY": NOBODY, "REACHED": REACHED, "FOLDED": FOLDED, "GUIDE": GUIDE, "MOST_PRODUCTS": ranges.MOST_PRODUCTS,
    "LAST_DAY": ranges.LAST_DAY, "LAST_LAPSE": ranges.LAST_LAPSE, "MOST_DAYS": draws.MOST_DAYS,
    "COUNT_UNITS": ranges.COUNT_UNITS, "FATIGUE_UNITS": ranges.FATIGUE_UNITS,
}  # fmt: skip
TABLES = {"GUMBEL_LOWER": draws._GUMBEL_LOWER, "GUMBEL_UPPER": draws._GUMBEL_UPPER}
TYPES = {"b1": "bool", "i1": "int8_t", "u1": "uint8_t", "i2": "int16_t", "u2": "uint16_t", "i4": "int32_t",
         "u4": "uint32_t", "i8": "int64_t", "u8": "uint64_t", "f4": "float", "f8": "double"}  # fmt: skip

Pass = Callable[[int, int, Day], None]


def compiler() -> str | None:
    """The C compiler of this machine, if there is one."""
    return shutil.which(os.environ.get("CC", "cc"))


@contextmanager
def kernel(m: Day) -> Iterator[Pass]:
    """The pass in C, compiled for tables like those of a day."""
    command = compiler()
    assert command, "no C compiler: ask `compiler` first"
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "kernel.so"
        (Path(folder) / "market.h").write_text(header(m), "utf-8")
        subprocess.run([command, *FLAGS, f"-I{folder}", str(SOURCE), "-o", str(library), "-lm"], check=True)
        live_all = ctypes.CDLL(str(library)).live_all
        live_all.argtypes, live_all.restype = (ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p), None
        yield lambda start, end, day: live_all(start, end, day._address)


# --- the header -----------------------------------------------------------------------------------------------------


def header(m: Day) -> str:
    """Declarations in C of the tables of a day, of what they are made of, and of the model's constants."""
    lines = [f"#define {name} {value!r}" for name, value in CONSTANTS.items()]
    lines += [f"#define ROOM {room_for(m.categories)}"]
    lines += [f"enum {{ {', '.join(f'{kind.__name__.upper()}_{one.name}' for one in kind)} }};" for kind in ENUMS]
    for name, values in TABLES.items():
        numbers = ", ".join("INFINITY" if value == np.inf else value.hex() for value in values.tolist())
        lines.append(f"static const double {name}[] = {{{numbers}}};")
    of_model = [kind for kind in Record.__subclasses__() if kind.__module__.startswith("sim.")]
    names = {kind.dtype(m.categories): kind.__name__ for kind in of_model}
    names[m.p.dtype] = "Numbers"
    for dtype, name in names.items():
        lines.append(f"typedef {_row(dtype)} {name};")
        lines.append(f'_Static_assert(sizeof({name}) == {dtype.itemsize}, "{name}");')
    _declare(m, names, lines)
    return "\n".join(lines) + "\n"


def _row(dtype: np.dtype[Any]) -> str:
    """A row of a table as a structure: compilers lay it out as numpy does, packed or not."""
    cells = []
    for name in dtype.names or ():
        cell: np.dtype[Any] = dtype[name]
        kind = _row(cell) if cell.names else TYPES[cell.base.str[1:]]
        cells.append(f"{kind} {name}{''.join(f'[{n}]' for n in cell.shape)};")
    packed = "" if dtype.isalignedstruct else " __attribute__((packed))"
    return f"struct{packed} {{ {' '.join(cells)} }}"


def _declare(context: Context, names: dict[Any, str], lines: list[str]) -> str:
    """Declare a context, after those that it holds, as `sim.compilation.context` lays it out; returns its name."""
    words = []
    for name, value in context._asdict().items():
        if isinstance(value, Context):
            words.append(f"const {_declare(value, names, lines)} *{name};")
        elif isinstance(value, np.ndarray):
            kind = names[value.dtype] if value.dtype.names else TYPES[value.dtype.str[1:]]
            words.append(f"{kind} *{name}; int64_t {name}_rows[{value.ndim}];")
        elif isinstance(value, np.void):
            words.append(f"{names[value.dtype]} *{name};")
        else:
            words.append(f"{'double' if isinstance(value, float) else 'int64_t'} {name};")
    title = type(context).__name__
    lines.append(f"typedef struct {{ {' '.join(words)} }} {title};")
    return title


# --- the same days --------------------------------------------------------------------------------------------------


def require_defaults(market: Market) -> None:
    """Refuse a market in which something is on that the kernel leaves out.

    Raises
    ------
    ValueError
        Naming it.
    """
    p, platforms = market.parameters, market.m.platforms
    left_out = {
        "rules of one's own": p.rules != Rules(), "several platforms": len(platforms) > 1,
        "further lines of pay": any(policy.pay for policy in p.platforms), "brands' own pools": p.brands.own > 0.0,
        "resale margins": platforms["mark_up"].any(), "follow gates": platforms["follow_gate"].any(),
        "coupons": platforms["coupon"].any(), "deals": platforms["deal_needs"].any() or platforms["deal_cut"].any(),
        "live discounts": platforms["live_discount"].any(), "closed shops": not market.m.shops["open"].all(),
    }  # fmt: skip
    if on := [name for name, is_on in left_out.items() if is_on]:
        raise ValueError(f"{', '.join(on)}: left out of the kernel; expected a market by default parameters")


class Morning:
    """A market's morning, from which its consumers can live the day again and again.

    Parameters
    ----------
    market
        A market whose day has been opened.
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        self.tables = {name: getattr(market.m, name).copy() for name in WRITTEN}

    def live(self, one: Pass) -> float:
        """Let them live it by one pass; returns the seconds of CPU time that the pass took by itself."""
        m, over = self.market.m, self.market.consumer_pass
        spent = 0

        def timed(start: int, end: int, day: Day) -> None:
            nonlocal spent
            began = time.thread_time_ns()
            one(start, end, day)
            spent += time.thread_time_ns() - began

        for name, table in self.tables.items():
            as_bytes(getattr(m, name))[...] = as_bytes(table)
        over.open_day(len(m.creators))
        own, over.live_all = over.live_all, timed
        self.market.live()
        over.live_all = own
        return spent / 1e9

    def written(self) -> dict[str, Any]:
        """All columns that the pass which was last has written."""
        m, over = self.market.m, self.market.consumer_pass
        tables: dict[str, Any] = dict(zip(("orders", "questions", "unfollowing"), over.happened(), strict=True))
        tables |= {name: getattr(m, name) for name in WRITTEN}
        found = {
            f"{name}.{column}": table[column].copy() for name, table in tables.items() for column in table.dtype.names
        }
        return found | {
            f"tally.{name}": counts.copy() for name, counts in over.tally(len(m.creators))._asdict().items()
        }


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Columns in which the two passes differ by so much as a bit."""
    assert ours.keys() == theirs.keys()
    return [name for name, column in ours.items() if column.tobytes() != theirs[name].tobytes()]


def measure(consumers: int, days: int) -> dict[str, Any]:
    """Median CPU time of the pass over a day, in the engine and in C, and the median of their ratios.

    Parameters
    ----------
    consumers
        Size of the market, otherwise by default parameters.
    days
        Days timed, after `FIRST_DAY`; each is lived `ROUNDS` times by both, in turn.

    Raises
    ------
    AssertionError
        If they write different things.
    """
    market = Market(Parameters.model_validate({"market": {"consumers": consumers}}), SEED).run(FIRST_DAY)
    require_defaults(market)
    load = os.getloadavg()[0]
    seconds: dict[str, list[float]] = {"c": [], "engine": []}
    with kernel(market.m) as by_hand:
        passes: dict[str, Pass] = {"c": by_hand, "engine": market.consumer_pass.live_all}
        for _ in range(days):
            market.open_day()
            morning = Morning(market)
            for _ in range(ROUNDS - 1):
                for name, one in passes.items():
                    seconds[name].append(morning.live(one))
            written = {}
            for name, one in passes.items():
                seconds[name].append(morning.live(one))
                written[name] = morning.written()
            if differ := differences(written["engine"], written["c"]):
                raise AssertionError(f"day {market.day}: the kernel writes other {', '.join(differ)}")
            market.close_day()
    ratio = median(ours / theirs for ours, theirs in zip(seconds["engine"], seconds["c"], strict=True))
    ns = {name: 1e9 * median(found) / consumers for name, found in seconds.items()}
    return {"consumers": consumers, "days": days, "rounds": ROUNDS, "load": load, "ratio": ratio, "ns": ns}


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
