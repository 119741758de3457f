from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim.draws import (
    MOST_DAYS,
    MOST_FIRST,
    MOST_SECOND,
    Stream,
    bits,
    geometric_of,
    gumbel_at_least,
    gumbel_at_most,
    gumbel_of,
    normal_at_most,
    normal_of,
    normals,
    normals_at,
    poisson_of,
    stream_keys,
    uniform,
    uniforms,
)

WORD = (1 << 64) - 1
DAYS = st.integers(0, MOST_DAYS - 1)
FIRSTS = st.integers(0, MOST_FIRST - 1)
SECONDS = st.integers(0, MOST_SECOND - 1)
SEEDS = st.integers(0, 2**63 - 1)
N = 200_000
LEAST_P = 1e-4  # of a fixed draw under the true law: one in ten thousand, per test, once and for ever

AUTHORS_KEY = 0xC58EFD154CE32F6D  # the first of the keys that come with the paper (Widynski 2020)
KNOWN_ANSWERS = {  # what the paper's program in C gives with it, by counter
    0: 0x8352D815,
    1: 0x4D645C71,
    2: 0x5F664B34,
    3: 0x5502129E,
    1_000: 0x4614D940,
    123_456_789: 0xC7614A88,
    WORD: 0x89D8C127,
}


def squares(counter: int, key: int) -> int:
    """The generator as the paper has it, on integers of any size (Widynski 2020, section 5)."""
    x = y = counter * key & WORD
    z = y + key & WORD
    for added in (y, z, y):
        x = x * x + added & WORD
        x = (x >> 32 | x << 32) & WORD
    return (x * x + z & WORD) >> 32


def packed(day: int, first: int, second: int) -> int:
    return day << 52 | first << 24 | second


def sample(seed: int, stream: Stream, days: int = 1, firsts: int = N, second: int = 0) -> NDArray[np.float64]:
    key = stream_keys(seed)[stream]
    return np.concatenate([uniforms(key, day, firsts, second) for day in range(days)])


@pytest.fixture(scope="module")
def draws() -> NDArray[np.float64]:
    """Draws of a table: 8 days, 5,000 agents, 5 partners."""
    key = stream_keys(3)[Stream.CHOICE]
    table = [[uniforms(key, day, 5_000, second) for second in range(5)] for day in range(8)]
    return np.array(table).transpose(0, 2, 1)


@pytest.mark.parametrize(("counter", "known"), KNOWN_ANSWERS.items())
def test_known_answers(counter: int, known: int) -> None:
    assert squares(counter, AUTHORS_KEY) == known
    day, first, second = counter >> 52, counter >> 24 & MOST_FIRST - 1, counter & MOST_SECOND - 1
    assert int(bits(np.uint64(AUTHORS_KEY), day, first, second)) == known


@given(SEEDS, st.sampled_from(Stream), DAYS, FIRSTS, SECONDS)
def test_every_draw_is_the_published_generator_at_its_counter(
    seed: int, stream: Stream, day: int, first: int, second: int
) -> None:
    key = stream_keys(seed)[stream]
    assert int(bits(key, day, first, second)) == squares(packed(day, first, second), int(key))
    expected = (squares(packed(day, first, second), int(key)) + 0.5) / 2**32
    assert uniform(key, day, first, second) == expected
    assert 0 < expected < 1


@given(SEEDS)
def test_keys_are_of_the_published_form(seed: int) -> None:
    for key in stream_keys(seed).tolist():
        digits = f"{key:x}"
        assert len(digits) == 16
        assert "0" not in digits
        assert all(a != b for a, b in pairwise(digits))
        assert key % 2 == 1


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_outside_the_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match=f"seed={seed}: expected an integer from 0"):
        stream_keys(seed)


def test_no_two_of_many_streams_share_a_key() -> None:
    keys = np.concatenate([stream_keys(seed) for seed in range(1_000)])
    assert len(np.unique(keys)) == len(keys) == 1_000 * len(Stream)


@pytest.mark.parametrize("stream", [Stream.ACTIVE, Stream.CHOICE, Stream.WORLD_TASTE])
def test_uniform(stream: Stream) -> None:
    u = sample(11, stream)
    counts = np.bincount((u * 1_000).astype(int), minlength=1_000)
    assert stats.chisquare(counts).pvalue > LEAST_P
    assert stats.kstest(u, "uniform").pvalue > LEAST_P
    low_bits = np.bincount((u * 2**32).astype(np.uint64).astype(np.int64) & 255, minlength=256)
    assert stats.chisquare(low_bits).pvalue > LEAST_P


@pytest.mark.parametrize("axis", ["day", "first", "second"])
def test_neighbouring_keys_are_independent(draws: NDArray[np.float64], axis: str) -> None:
    table = np.moveaxis(draws, ("day", "first", "second").index(axis), 0)
    here, there = table[:-1].ravel(), table[1:].ravel()
    cells = np.bincount((here * 16).astype(int) * 16 + (there * 16).astype(int), minlength=256)
    assert stats.chisquare(cells).pvalue > LEAST_P
    assert abs(np.corrcoef(here, there)[0, 1]) < 4 / math.sqrt(len(here))


def test_triples_of_neighbours_fill_the_cube(draws: NDArray[np.float64]) -> None:
    x = (draws * 8).astype(int)
    cells = np.bincount((x[:-1, :-1, :-1] * 64 + x[1:, :-1, :-1] * 8 + x[:-1, 1:, :-1]).ravel(), minlength=512)
    assert stats.chisquare(cells).pvalue > LEAST_P


def test_streams_are_independent() -> None:
    table = np.array([sample(5, stream, firsts=20_000) for stream in Stream])
    correlation = np.corrcoef(table)
    strange = np.abs(correlation - np.eye(len(Stream))) * math.sqrt(20_000)
    pairs = len(Stream) * (len(Stream) - 1) / 2
    assert strange.max() < stats.norm.isf(LEAST_P / 2 / pairs)


@pytest.mark.parametrize("seed", [0, 1, 41, 2**40])
def test_neighbouring_seeds_share_nothing(seed: int) -> None:
    one, other = (sample(s, Stream.EXPERIENCE, firsts=50_000) for s in (seed, seed + 1))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / math.sqrt(50_000)
    # 50,000² pairs of 32-bit draws: 0.58 coincidences are expected by chance (Poisson)
    assert len(np.intersect1d(one, other)) <= stats.poisson.isf(LEAST_P, 50_000**2 / 2**32)
    assert not set(stream_keys(seed).tolist()) & set(stream_keys(seed + 1).tolist())


def test_a_partner_or_an_agent_more_changes_no_draw() -> None:
    key = stream_keys(2)[Stream.OPEN]
    np.testing.assert_array_equal(uniforms(key, 4, 100, 7), uniforms(key, 4, 1_000, 7)[:100])
    who = np.array([900, 3, 77], np.int32)
    np.testing.assert_array_equal(normals_at(key, 4, who, 1), normals(key, 4, 1_000, 1)[who])


PLAIN = """
import json, sys
import numpy as np
from sim import draws
keys = draws.stream_keys(9)
out = []
with np.errstate(over="ignore"):
    for n in range(400):
        u = draws.uniform(keys[n % len(keys)], n % 9, 7919 * n, 31 * n)
        v = draws.uniform(keys[n % len(keys)], n % 9, 7919 * n, 31 * n + 1)
        out.append([u, draws.gumbel_of(u), draws.normal_of(u, v), draws.geometric_of(u, 12.5), draws.poisson_of(u, 3.0),
                    draws.gumbel_at_most(u), draws.gumbel_at_least(u), draws.normal_at_most(u, v)])
print(json.dumps(out))
"""


def test_plain_python_gives_the_same_bits() -> None:
    def drawn(disable: str) -> str:
        environment = {**os.environ, "NUMBA_DISABLE_JIT": disable}
        command = [sys.executable, "-c", PLAIN]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    plain, compiled = drawn("1"), drawn("0")
    assert len(json.loads(plain)) == 400
    assert plain == compiled


def test_gumbel_bounds_bound() -> None:
    edges = np.arange(257) / 256
    near = np.concatenate([edges[1:] - 2.0**-33, edges[:-1] + 2.0**-33])  # the outermost draws of each cell
    for u in [*near.tolist(), *sample(1, Stream.CHOICE, firsts=20_000).tolist()]:
        exact = gumbel_of(u)
        assert gumbel_at_least(u) < exact < gumbel_at_most(u)
    inside = gumbel_of(0.5 + 2.0**-33)
    # within a cell of 1/256 around the median the bounds lie a cell's width of Gumbel quantiles apart
    assert gumbel_at_most(0.501) - gumbel_at_least(0.501) < 0.012
    assert gumbel_at_most(0.501) > inside > gumbel_at_least(0.501)


def test_the_normal_bound_bounds() -> None:
    edges = np.arange(257) / 256
    near = [*(edges[1:] - 2.0**-33).tolist(), *(edges[:-1] + 2.0**-33).tolist()]
    pairs = [(u, v) for u in near[::7] for v in near[::3]]
    pairs += zip(sample(1, Stream.MATCH, firsts=20_000), sample(2, Stream.MATCH, firsts=20_000), strict=True)
    over = np.array([normal_at_most(u, v) - normal_of(u, v) for u, v in pairs])
    assert over.min() > 0
    assert np.median(over) < 0.03  # a cell of 1/256 is so wide


def test_gumbel_law() -> None:
    deviates = [gumbel_of(u) for u in sample(6, Stream.CHOICE, firsts=50_000).tolist()]
    assert stats.kstest(deviates, "gumbel_r").pvalue > LEAST_P


def test_normal_law() -> None:
    deviates = normals(stream_keys(8)[Stream.WORLD_TASTE], 0, N, 3)
    assert stats.kstest(deviates, "norm").pvalue > LEAST_P
    assert abs(deviates.mean()) < 4 / math.sqrt(N)
    assert abs(deviates.var() - 1) < 4 * math.sqrt(2 / N)
    u, v = 0.3, 0.8
    assert normal_of(u, v) == pytest.approx(math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v), abs=1e-15)


@pytest.mark.parametrize("mean", [1.0, 1.5, 7.0, 40.0, 120.0])
def test_geometric_law(mean: float) -> None:
    u = sample(4, Stream.NEED)
    waits = np.array([geometric_of(x, mean) for x in u.tolist()])
    assert waits.min() == 1
    spread = math.sqrt(mean * (mean - 1))
    assert abs(waits.mean() - mean) <= 4 * spread / math.sqrt(N)
    if mean > 1:
        law = stats.geom(1 / mean)
        most = int(law.isf(50 / N))
        counts = np.bincount(np.minimum(waits, most), minlength=most + 1)[1:]
        expected = N * np.append(law.pmf(np.arange(1, most)), law.sf(most - 1))
        assert stats.chisquare(counts, expected).pvalue > LEAST_P


@pytest.mark.parametrize("mean", [0.0, 0.2, 1.0, 5.0, 20.0])
def test_poisson_law(mean: float) -> None:
    counts = np.array([poisson_of(u, mean) for u in sample(7, Stream.FEED).tolist()])
    assert abs(counts.mean() - mean) <= 4 * math.sqrt(mean / N)
    if mean > 0:
        law = stats.poisson(mean)
        least, most = (int(law.ppf(q)) for q in (50 / N, 1 - 50 / N))
        observed = np.bincount(np.clip(counts, least, most) - least, minlength=most - least + 1)
        expected = law.pmf(np.arange(least, most + 1))
        expected[0], expected[-1] = law.cdf(least), law.sf(most - 1)
        assert stats.chisquare(observed, N * expected).pvalue > LEAST_P


@given(st.floats(1.0, 1000.0), st.floats(2.0**-33, 1 - 2.0**-33))
def test_geometric_wait_is_the_quantile(mean: float, u: float) -> None:
    """The survival function at the wait brackets the draw."""
    wait = geometric_of(u, mean)
    stay = 1 - 1 / mean
    assert stay**wait <= u * (1 + 1e-9)
    assert u <= stay ** (wait - 1) * (1 + 1e-9)
