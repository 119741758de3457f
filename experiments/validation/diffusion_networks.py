"""Contagion on three networks with real times of adoption, and in the market on the same ties."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from experiments.validation.diffusion_evidence import FILES, Evidence, Market, evidence, log_ratios, market, ratio
from experiments.validation.diffusion_figure import draw
from experiments.validation.exposure import (
    OddsRatio,
    Z,
    coarser,
    exposure_tables,
    mantel_haenszel,
    read_network,
    shuffle_test,
    stratified,
)
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.parameters import Parameters

PLAIN = {"Korea": 2.06, "Brazil": 2.80, "doctors": 0.69}  # period-stratified odds ratios of the published data
ORIGIN = {
    "Korea": "women of 25 Korean villages: Rogers & Kincaid 1981",
    "Brazil": "farmers of 11 Brazilian villages: Rogers et al. 1970",
    "doctors": "doctors of 4 US cities: Coleman, Katz & Menzel 1966",
}
SPAN = 5  # years: Brazilian farmers remembered multiples of five
BAPNA = (1.5, 1.6)
LEVEL = 0.05


def checks_of_data(found: dict[str, Evidence]) -> list[Check]:
    """The published figures, and what is left of them under control."""
    checks = [_published(name, one) for name, one in found.items()]
    for name in ("Korea", "Brazil"):
        checks += [_within_villages(name, found[name]), _against_shuffles(name, found[name])]
    return [*checks, _in_spans(found["Brazil"]), _within_cities(found["doctors"])]


def _published(name: str, one: Evidence) -> Check:
    return Check(
        f"{name}: odds of adopting with an adopter among those named, people of the same period compared",
        f"{PLAIN[name]:.2f}",
        one.plain.value,
        one.plain.low,
        one.plain.high,
        round(one.plain.value, 2) == PLAIN[name],
        f"{ORIGIN[name]}; data of netdiffuseR",
        "Reproduces an arithmetic; says nothing of a cause.",
    )


def _within_villages(name: str, one: Evidence) -> Check:
    low, high = one.bootstrap
    return Check(
        f"{name}: the same within village and period",
        "above 1",
        one.within.value,
        low,
        high,
        low > 1,
        "shared environment held fixed by strata (Mantel & Haenszel 1959); interval over villages",
        f"Villages and calendar alone make {one.by_village_alone.value:.2f} of the plain "
        f"{one.plain.value:.2f}: its median when times are shuffled within villages.",
    )


def _against_shuffles(name: str, one: Evidence) -> Check:
    test = one.adopters_shuffled
    return Check(
        f"{name}: order of adopters within a village, against shuffles of it",
        f"above {1 - LEVEL:.0%} of shuffles",
        one.within.value,
        test.low,
        test.high,
        test.p < LEVEL,
        "Anagnostopoulos, Kumar & Mahdian 2008",
        f"The interval is that of the shuffles, whose median is {test.value:.2f}; p = {test.p:.3f}. See "
        "the last check for what passing does not exclude.",
    )


def _in_spans(brazil: Evidence) -> Check:
    spans = mantel_haenszel(stratified(exposure_tables(coarser(brazil.network, SPAN)), "village"))
    return Check(
        f"Brazil: the same in spans of {SPAN} years",
        "above 1",
        spans.value,
        spans.low,
        spans.high,
        spans.low > 1,
        "recalled years heap at multiples of five; a span ends with each",
    )


def _within_cities(doctors: Evidence) -> Check:
    within = doctors.within
    return Check(
        "doctors: the same within city and period",
        "1 in the interval",
        within.value,
        within.low,
        within.high,
        within.low < 1 < within.high,
        "no contagion once marketing is known: Van den Bulte & Lilien 2001",
        "The interval is wide: it does not exclude what Korea shows by much.",
    )


def checks_of_market(found: dict[str, Evidence], runs: Market) -> list[Check]:
    """The market under the same estimator."""
    silent, spoken = (log_ratios(nets, "village") for nets in (runs.silent, runs.words["Korea"]))
    off, on = ratio(silent), ratio(spoken)
    one = ratio(log_ratios(runs.words["Korea"], "village", "one"))
    checks = [
        Check(
            "market on the Korean ties, nobody told of purchases", "1 in the interval", off.value, off.low, off.high,
            off.low <= 1 <= off.high, "no other way from friend to friend in the model: negative control",
        ),
        Check(
            "market on the Korean ties, friends told", "above 1", on.value, on.low, on.high, on.low > 1,
            "word of mouth is contagion by construction: positive control",
        ),
        Check(
            "market on the Korean ties, exactly one adopter among those named", f"{BAPNA[0]} to {BAPNA[1]}",
            one.value, one.low, one.high, one.high >= BAPNA[0] and one.low <= BAPNA[1],
            "randomised trial: Bapna & Umyarov 2015",
            "Passes if the interval meets the range.",
        ),
    ]  # fmt: skip
    return checks + [_size(name, found[name].within, log_ratios(runs.words[name], "village")) for name in FILES]


def _size(name: str, data: OddsRatio, logs: NDArray[np.float64]) -> Check:
    model = ratio(logs)
    gap = float(np.mean(logs)) - np.log(data.value)
    error = np.hypot(data.error, float(np.std(logs, ddof=1)) / np.sqrt(len(logs)))
    side = "weaker" if gap < 0 else "stronger"
    passed = bool(abs(gap) <= Z * error)
    note = {
        "Korea": "On an imported graph friends are no more alike than strangers; these women may be.",
        "Brazil": "On an imported graph friends are no more alike than strangers; these farmers may be.",
        "doctors": "In the model any tie carries words of mouth; these doctors' did not, so far as one can see.",
    }[name]
    return Check(
        f"{name}: odds ratio of the market on the same ties against that of the data",
        f"{data.value:.2f} ({data.low:.2f} to {data.high:.2f})", model.value, model.low, model.high, passed,
        f"{ORIGIN[name]}; difference of logarithms within {Z:.2f} of its standard errors",
        f"z = {gap / error:.1f}." + ("" if passed else f" Contagion in the model is {side} than in the data. {note}"),
    )  # fmt: skip


def checks_of_homophily(runs: Market, shuffles: int) -> list[Check]:
    """What the estimators make of a market in which friends are alike and nobody speaks."""
    plain, within = (ratio(log_ratios(runs.alike, strata)) for strata in ("period", "village"))
    generator = np.random.default_rng(1)
    unknown = [one._replace(village=np.zeros_like(one.village)) for one in runs.alike]  # nobody knows the interests
    fooled = sum(shuffle_test(one, "period", True, shuffles, generator).p < LEVEL for one in unknown)
    share = binomtest(fooled, len(runs.alike))
    bounds = share.proportion_ci()
    return [
        Check(
            "homophily and no contagion: plain odds ratio", "above 1", plain.value, plain.low, plain.high,
            plain.low > 1,
            "homophily passes for influence: Aral, Muchnik & Sundararajan 2009",
        ),
        Check(
            "homophily and no contagion: people of the same interest group compared", "1 in the interval",
            within.value, within.low, within.high, within.low <= 1 <= within.high,
            "the trait that makes friends alike is held fixed",
        ),
        Check(
            "homophily and no contagion: markets that the shuffle of adopters takes for contagion", f"{LEVEL:.0%}",
            share.statistic, float(bounds.low), float(bounds.high), bool(bounds.low <= LEVEL <= bounds.high),
            "level of the test of Anagnostopoulos, Kumar & Mahdian 2008",
            "Fails where being disposed to adopt also makes early: then friends who are alike adopt at like times, and "
            "the test cannot tell that from contagion. What Korea and Brazil show may be partly that.",
        ),
    ]  # fmt: skip


def sentences(found: dict[str, Evidence], runs: Market) -> list[str]:
    """The finding in words."""
    korea, brazil, doctors = (found[name] for name in FILES)
    on, off = (ratio(log_ratios(nets, "village")) for nets in (runs.words["Korea"], runs.silent))
    alike = ratio(log_ratios(runs.alike, "period"))
    counted = [mantel_haenszel(stratified(one[None], "period")).value for one in exposure_tables(korea.network)]
    known = np.array(counted)[np.isfinite(counted)]
    return [
        f"In Korea an adopter among those whom a woman names goes with {korea.within.value:.2f} times the odds of "
        f"adopting ({korea.bootstrap[0]:.2f} to {korea.bootstrap[1]:.2f}), women of the same village and period "
        f"compared; the market's words of friends give {on.value:.2f} ({on.low:.2f} to {on.high:.2f}) on the same "
        f"ties, and {off.value:.2f} ({off.low:.2f} to {off.high:.2f}) with word of mouth off.",
        f"Village by village, the odds ratio is above 1 in {np.count_nonzero(known > 1)} of the {len(known)} "
        "Korean villages in which it can be told.",
        f"In Brazil {brazil.plain.value:.2f} becomes {brazil.within.value:.2f} ({brazil.bootstrap[0]:.2f} to "
        f"{brazil.bootstrap[1]:.2f}) within villages: the villages' own curves of adoption alone make "
        f"{brazil.by_village_alone.value:.2f}. Doctors show none: {doctors.within.value:.2f} "
        f"({doctors.within.low:.2f} to {doctors.within.high:.2f}).",
        "If only who adopts is held fixed and the order is shuffled within villages, "
        f"{korea.adopters_shuffled.value:.2f} remains in Korea and {brazil.adopters_shuffled.value:.2f} in Brazil.",
        f"A market without a word but with friends who are alike gives a plain {alike.value:.2f} "
        f"({alike.low:.2f} to {alike.high:.2f}): an odds ratio above 1 is no proof of contagion.",
    ]


def run(request: Request) -> Answer:
    """Analyse the data, run the market on the same ties, and compare."""
    assert request.data is not None  # the study says that it needs data
    folder = request.data / STUDY.data
    shuffles = int(request.options["shuffles"])
    found = {name: evidence(read_network(folder, file), shuffles) for name, file in FILES.items()}
    runs = market(request.options, found, folder)
    checks = [*checks_of_data(found), *checks_of_market(found, runs), *checks_of_homophily(runs, shuffles)]
    return Answer(checks, lambda: draw(found, runs), sentences(found, runs))


TOLD = Parameters().market.sharing.friends_told

STUDY = Study(
    title="Contagion on three networks with real times of adoption",
    source=(
        "Valente (1995), Network Models of the Diffusion of Innovations; data distributed with netdiffuseR "
        "(Vega Yon, Olivera & Valente)."
    ),
    question=(
        "Do people adopt after those whom they name have adopted, village by village, and does the market show as much "
        "on the same ties?"
    ),
    change="words=3: each buyer who tells, tells half as many friends; look at the odds ratios of the market",
    self_check=(
        "Why is the odds ratio of Brazil so much lower within villages? Because villages adopted at different "
        "times: in an early village both a farmer and those named adopt early, whoever influences whom."
    ),
    run=run,
    options={
        "words": Option(TOLD, "mean friends told when somebody shares a purchase", 0, 8),
        "alike": Option(0.8, "homophily, and share of taste from interest, in the market without words", 0, 0.95),
        "seeds": Option(8, "seeds of each market", 3, 100),
        "days": Option(600, "longest run, days; it ends when as many have adopted as in the data", 50, 5_000),
        "shuffles": Option(199, "shuffles of times of adoption", 19, 10_000),
    },
    data="netdiffuser",
)
