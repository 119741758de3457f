"""Commands as people mistype them, and odd ones that are right."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from experiments.settings.mistakes import fields, limits
from sim.parameters import Parameters

from .cases import Case, accepted, refused, tiny

FIELDS = {path: field for path, field, _ in fields(Parameters())}
NUMBERS = [path for path, field in FIELDS.items() if field.annotation in (int, float)]
WHOLE = [path for path in NUMBERS if FIELDS[path].annotation is int]
TEXTS_FOR_NUMBERS = ["many", "true", "null", "[1]", "{a: 1}", "nan", "inf", "-inf", "'5'", "1.2.3", "5%", "5,5",
"1e400",
                     "３００", "十", "0x1F", "1_0_", "--5", "${nothing}", "'1:30'"]  # fmt: skip


def outside(path: str) -> list[str]:
    """Values beyond the ends of a parameter's range."""
    low, high = limits(FIELDS[path])
    found = [] if low is None else [f"{low - abs(low) - 1:g}", "-1e30"]
    return found + ([] if high is None else [f"{high * 2 + 1:g}", "1e30", "1e300", str(10**40)])


WRONG: list[tuple[str, str]] = [
    # names
    ("market.consumer=2000", "consumer"), ("take_rate=0.08", "take_rate"), ("grph=edgelist", "grph"),
    ("market.Consumers=300", "Consumers"), ("platform=mihee", "mihee"), ("experiment=Single", "Single"),
    ("executor=locl", "locl"), ("graph=small-world", "small-world"), ("creators=none", "none"),
    ("graph.kind=smallworld", "smallworld"), ("+extra=1", "extra"), ("+market.extra=1", "extra"),
    ("+market.people.extra={a: 1}", "extra"), ("market.choice.risk.x=3", "risk"), ("market.choice=3", "market.choice"),
    ("rivals=[{name: b, take_rte: 0}]", "take_rte"), ("rivals={a: 1}", "rivals"), ("rivals=[1]", "rivals"),
    ("rivals=x", "rivals"), ("~market.consumers=7", "market.consumers"), ("~nothing", "nothing"),
    ("parameters=1", "parameters"), ("+parameters={}", "parameters"), ("hydra.job.nme=1", "nme"),
    ("market.people.city_tiers=5", "city_tiers"), ("market.catalogue.categories=[]", "categories"),
    # grammar
    ("market.consumers", "market.consumers"), ("=5", "=5"), ("market.choice=[1", "market.choice"),
    ("market.choice={risk: 1", "market.choice"), ("market.choice.risk='1", "market.choice.risk"),
    ('experiment.name="a', "experiment.name"), ("market.consumers=100,200", "market.consumers"),
    ("market.consumers=range(100,200)", "market.consumers"), ("market.consumers=choice(100,200)", "market.consumers"),
    ("market..consumers=100", "market..consumers"), (".market.consumers=100", "market.consumers"),
    ("market.consumers.=100", "market.consumers"), ("market.consumers==100", "market.consumers"),
    ("market.consumers:100", "market.consumers"), ("market.consumers=", "market.consumers"),
    ("market.consumers=???", "market.consumers"), ("market.consumers=${oc.env:NOT_SET}", "NOT_SET"),
    ("market.consumers=${market.nothing}", "nothing"), ("market.consumers=${", "market.consumers"),
    ("market.consumers=${market.consumers}", "market.consumers"), ("market.consumers=$(ls)", "market.consumers"),
    ("market.consumers=int(many)", "market.consumers"), ("a b", "a b"), ("market.consumers = 300", "market.consumers"),
    ("@x=1", "@x"), ("market@x=default", "market@x"), ("a=b=c", "a"), ("\n", "key=value"), ("", "key=value"),
    ("{a: 1}", "{a: 1}"), ("[a]", "[a]"), ("'", "'"), ("#", "#"), ("market.consumers=5 # few", "market.consumers"),
    # Chinese
    ("市场.消费者=300", "市场"), ("market.消费者=300", "消费者"), ("market.consumers＝300", "market.consumers"),
    ("market.consumers=三百", "三百"), ("平台=mihe", "平台"), ("platform=米和", "米和"),
    ("market。consumers=300", "market"), ("experiment.seeds=【1，2】", "experiment.seeds"),
    ("experiment.seeds=[1，2]", "experiment.seeds"), ("experiment.labels=费用", "experiment.labels"),
    # experiments
    ("experiment.seeds=0", "seeds"), ("experiment.seeds=-1", "seeds"), ("experiment.seeds=[]", "seeds"),
    ("experiment.seeds=[1,1]", "seeds"), ("experiment.seeds=[-1]", "seeds"), ("experiment.seeds=[1.5]", "seeds"),
    ("experiment.seeds=2.5", "seeds"), ("experiment.seeds=many", "seeds"), ("experiment.seeds={a: 1}", "seeds"),
    ("experiment.seeds=[9223372036854775808]", "seeds"), (f"experiment.seeds={10**20}", "seeds"),
    ("experiment.seeds=1e9", "seeds"), ("experiment.seeds=[[1]]", "seeds"), ("experiment.seeds=null", "seeds"),
    ("experiment.seeds=true", "seeds"), ("experiment.seeds=['1']", "seeds"), ("experiment.seeds=[nan]", "seeds"),
    ("experiment.days=0", "days"), ("experiment.days=-3", "days"), ("experiment.days=1e11", "days"),
    ("experiment.days=10.5", "days"), ("experiment.days=ten", "days"), ("experiment.days=1:30", "days"),
    ("experiment.burn_in=10", "burn_in"), ("experiment.burn_in=-1", "burn_in"), ("experiment.burn_in=99", "burn_in"),
    ("experiment.factors=[a]", "factors"), ("experiment.factors=x", "factors"), ("experiment.factors=3", "factors"),
    ("experiment.factors={a: [b]}", "factors"), ("+experiment.factors.a=b", "factors"),
    ("experiment.factors={a: {b: 3}}", "factors"), ("experiment.factors={a: {}}", "factors"),
    ("experiment.factors={gmv: {x: {}}}", "gmv"), ("experiment.factors={seed: {x: {}}}", "seed"),
    ("experiment.factors={a: {b: {market.consumer: 3}}}", "consumer"),
    ("experiment.factors={a: {b: {creators: {claim_inflation: -1}}}}", "claim_inflation"),
    ("experiment.factors={a/b: {c: {}}}", "a/b"), ("experiment.factors={a: {b/c: {}}}", "b/c"),
    ("experiment.extra_arms={x: {levels: {no: way}}}", "no"), ("experiment.extra_arms=[x]", "extra_arms"),
    ("experiment.extra_arms={x: {sets: {}}}", "sets"), ("experiment.extra_arms={x/y: {}}", "x/y"),
    ("experiment.labels=[a]", "labels"), ("experiment.labels={a: [1]}", "labels"),
    ("experiment.questions=5", "questions"), ("experiment.keep=everything", "keep"),
    ("experiment.keep=true", "keep"), ("experiment.fresh=maybe", "fresh"), ("experiment.fresh=2", "fresh"),
    ("experiment.flips.assumptions=[creators.claim_inflatio]", "creators.claim_inflatio"),
    ("experiment.flips=1", "flips"),
    ("experiment.flips.assumptions=creators.claim_inflation", "assumptions"), ("experiment.flips.seeds=0", "seeds"),
    ("experiment.flips.assumptions=[market.consumers]", "market.consumers"), ("experiment.flips.days=1", "days"),
    ("experiment.posterior.draws=-1", "draws"), ("experiment.posterior.draws=1e6", "draws"),
    ("experiment.posterior=x", "posterior"), ("experiment.precision.outcome=gmw", "gmw"),
    ("experiment.precision=5", "precision"), ("experiment.precision.batch=0", "batch"),
    ("experiment.precision.half_width=wide", "half_width"), ("experiment.design=3", "design"),
    *[(f"experiment.name={name}", "name") for name in (
        "..", ".", "${platform.name}",
        "store", "latest", "running", "a/b", "/tmp", "../up", "~", "a\\\\b", "n" * 300, "'a b'", "''",
        "null",
        "3.5", "true", "[a]", "'a\nb'", "a:b", "aux*")],
    ("output=", "output"), ("output=null", "output"), ("output={a: 1}", "output"), ("output=[a]", "output"),
    ("output=taken", "taken"), ("output=taken/below", "taken"), ("output=/proc/nothing", "/proc"),
    ("output=/dev/null", "/dev/null"), (f"output={'n' * 300}", "output"), ("profile=maybe", "profile"),
    ("executor.workers=-1", "workers"), ("executor.workers=1e9", "workers"), ("executor.workers=two", "workers"),
    ("executor.backend=threads", "backend"), ("executor=3", "executor"), ("executor.address=3", "address"),
    # what cannot be together, or means nothing
    ("brands.own=0.9", "brands"), ("creators.pool_least=600", "pool_least"), ("creators.pool_most=0", "pool_most"),
    ("graph=edgelist", "graph.path"), ("graph.kind=edgelist", "graph.path"), ("graph.path=3", "graph.path"),
    ("graph.mean_degree=300", "mean_degree"), ("graph.mean_degree=1000", "mean_degree"),
    ("market.people.city_tiers=[]", "city_tiers"), ("market.people.city_tiers=[0,0,0]", "city_tiers"),
    ("market.people.city_tiers=[-1,2]", "city_tiers"), ("market.people.city_tiers=[nan]", "city_tiers"),
    ("market.people.city_tiers=[inf,1]", "city_tiers"), ("market.people.city_tiers=[a,b]", "city_tiers"),
    (f"market.people.city_tiers=[{','.join(['1'] * 400)}]", "city_tiers"), ("platform.share=0", "share"),
    ("rivals=[{share: -1}]", "share"), ("rivals=[{share: nan}]", "share"),
    (f"rivals=[{','.join(['{}'] * 300)}]", "rivals"), ("creators.kol_threshold_most=1e29", "kol_threshold_most"),
    ("creators.pool_most=1e29", "pool_most"), ("rules.numbers=[1,2,3,4,5,6,7,8,9]", "numbers"),
    ("rules.numbers=[nan]", "numbers"), ("rules.numbers=[inf]", "numbers"), ("rules.numbers=[a]", "numbers"),
    ("market.catalogue.categories=[{}]", "name"), ("market.catalogue.categories=[{name: a, price: 0}]", "price"),
    ("market.catalogue.categories=[{name: 3}]", "name"), ("market.catalogue.categories=[a]", "categories"),
    (f"market.catalogue.categories=[{','.join(['{name: a}'] * 17)}]", "categories"),
]  # fmt: skip

TWICE = [
    ("market.consumers=400", "market.consumers=500"), ("market.consumers=300", "market.consumers=300"),
    ("experiment=single", "experiment=quick"), ("platform=mihe", "platform=shelf"),
    ("graph=small_world", "graph=scale_free"), ("executor=serial", "executor=local"),
    ("market.consumers=400", "++market.consumers=500"), ("creators.claim_inflation=1", "creators.claim_inflation=2"),
    ("experiment.seeds=1", "experiment.seeds=[1]"), ("output=a", "output=b"), ("rivals=[]", "rivals=[{}]"),
    ("experiment.name=a", "experiment.name=b"), ("creators=default", "creators=resellers"),
    ("market.choice.risk=1", "++market.choice.risk=2"), ("profile=true", "profile=false"),
]  # fmt: skip

OTHER: list[tuple[str, str]] = [
    ("rnu", "rnu"), ("run --nonsense", "--nonsense"), ("run -x", "-x"), ("run --config-path none", "none"),
    ("run --config-dir none experiment=single", "none"), ("run --config-name none", "none"), ("run --cfg", "cfg"),
    ("run --cfg jobs", "jobs"), ("run --dry-run market.consumers=5", "market.consumers"),
    ("run --failed market.consumers=5", "market.consumers"), ("run -m market.consumers=", "market.consumers"),
    ("explain", "--consumer"), ("explain --consumer 3", "--day"), ("explain --consumer x --day 3", "--consumer"),
    ("explain --consumer -1 --day 3", "--consumer"), ("explain --consumer 3 --day -3", "--day"),
    ("explain --consumer 300 --day 1 market.consumers=300", "--consumer"),
    (f"explain --consumer {10**20} --day 1 market.consumers=300", "--consumer"),
    ("explain --consumer 3 --day 100000000000 market.consumers=300", "--day"),
    ("explain --consumer 3 --day 36501 market.consumers=300", "--day"),
    (f"explain --consumer 3 --day 1 --seed {10**20} market.consumers=300", "--seed"),
    ("explain --consumer 3 --day 1 --seed -1 market.consumers=300", "--seed"),
    (f"explain --consumer 3 --day 1 --seed {2**63} market.consumers=300", "--seed"),
    ("explain --consumer 3 --day 1 market.consumer=300", "consumer"), ("explain --consumer 3.5 --day 1", "--consumer"),
    ("explain --consumer 3 --consumer 4 --day 1 market.consumers=300", "--consumer"),
    ("explain --consumer 3 --day 1 --seed 1 --seed 2 market.consumers=300", "--seed"),
    ("verify", "folder"), ("verify none", "none"), ("verify taken", "taken"), ("verify . --rows 0", "--rows"),
    ("verify . --rows many", "--rows"), ("verify .", "."), ("verify a b", "b"),
    ("list --last 0", "--last"), ("list --last x", "--last"), ("list --last 99999999999999999999999", "--last"),
    ("list --output none", "none"), ("list extra", "extra"), ("list --fail", "--fail"),
    ("list --output taken", "taken"),
    ("show abc --output none", "none"), ("show", "run"), ("replay abc --output none", "none"),
    ("replay abc --day x", "--day"), ("export", "--csv"), ("export --csv x.csv --output none", "none"),
    ("prune", "prune"), ("prune --old --output none", "none"), ("prune --older", "--older"),
    ("compare", "A"), ("compare a", "B"), ("compare none none", "none"), ("compare a:b c:d", "a"),
    ("compare taken taken:x", "taken"), ("flipmap none --x a --y b --outcome gmv", "none"),
    ("flipmap none", "--x"), ("scenarios none --outcome gmv", "none"), ("scenarios none", "--outcome"),
    ("sensitivity", "--outcome"), ("sensitivity --outcome gmv --method guess", "--method"),
    ("sensitivity --outcome nothing --contrast fees experiment=quick --dry-run", "nothing"),
    ("sensitivity --outcome gmv --over nothing experiment=quick --dry-run", "nothing"),
    ("sensitivity --outcome gmv --over creators.claim_inflation=5:1 experiment=quick --dry-run", "inflation"),
    ("sensitivity --outcome gmv --over creators.claim_inflation=a:b experiment=quick --dry-run", "inflation"),
    ("sensitivity --outcome gmv --samples 0 --method sobol experiment=quick --dry-run", "samples"),
    ("sensitivity --outcome gmv --samples -5 --method morris experiment=quick --dry-run", "samples"),
    ("sensitivity --outcome gmv --contrast nothing experiment=quick --dry-run", "nothing"),
    ("sensitivity --outcome gmv --arm nothing experiment=quick --dry-run", "nothing"),
    ("sensitivity --outcome gmv --config-dir none experiment=quick --dry-run", "none"),
    ("replicate nothing", "nothing"), ("validate --nothing", "--nothing"),
    ("parameters extra", "extra"), ("--nothing", "--nothing"), ("calibrate --nothing", "--nothing"),
]  # fmt: skip


def malformed() -> Iterator[Case]:
    """Commands that must be refused."""
    taken = {"taken": ""}
    for text, name in WRONG:
        yield refused(tiny(text), name, files=taken)
    for one, other in TWICE:
        yield refused(tiny(one, other), one.partition("=")[0].lstrip("+"), files=taken)
    for line, name in OTHER:
        yield refused(line.split(" "), name, files=taken)
    generator = np.random.default_rng(1)
    while True:
        path = str(generator.choice(NUMBERS))
        wrong = TEXTS_FOR_NUMBERS + ["2.5"] * (path in WHOLE)
        value = str(generator.choice(outside(path) if generator.random() < 0.5 else wrong))
        yield refused(tiny(f"{path}={value}"), path)


LEGAL = [
    "market.consumers=3e2", "market.consumers=300.0", "market.consumers=3_00", "++market.consumers=300",
    "experiment.seeds=[0]", "experiment.seeds=[9223372036854775807]", "experiment.seeds=[7,3]",
    "experiment.name=a.b", "experiment.name=A-b_c.1", "experiment.name='007'",
    "experiment.name=no", "output=other/place", "output='a b'", "output='a[/red]b'", "output=结果", "output='a=b'",
    "output='a(1)'", "output='$x'", "+experiment.labels={a: '费用', b: 'a$b'}", "experiment.questions={}",
    "experiment.factors={}", "experiment.design={}", "rivals=[]", "rivals=[{}]", "rivals=[{name: '对手', share: 0.2}]",
    "creators.koc_share=0", "creators.kol_count=0", "graph.mean_degree=0", "graph.mean_degree=16.5",
    "graph=scale_free", "graph=stochastic_blocks", "platform=mihe", "platform=shelf", "platform=live_room",
    "platform=jd_supernova", "creators=resellers", "brands=adaptive", "market=default", "market.people.city_tiers=[1]",
    "market.people.city_tiers=[1,2,3]", "market.people.city_tiers=[0,1]", "rules.numbers=[1,2]", "profile=true",
    "market.catalogue.categories=[{name: '美妆'}]", "market.catalogue.products_per_category=1", "experiment.days=3",
    "+experiment.factors.pay.low.creators.commission=0.05", "experiment.fresh=true", "executor.workers=1",
    "brands.weekly_budget=0", "market.people.budget=0", "market.people.activity=0", "market.people.activity=1",
    "platform.settlement_days=0", "platform.return_days=90", "market.sharing.friends_told=1e6",
    "market.choice.outside=-10", "market.choice.outside=10", "experiment.flips.assumptions=[]",
]  # fmt: skip


def legal() -> Iterator[Case]:
    """Odd commands that must be accepted, at first the known ones, then numbers at the ends of their ranges."""
    for text in LEGAL:
        yield accepted(tiny(text))
    for line in ("parameters", "run --cfg job", "run --help", "--help", "run --dry-run market.consumers=100"):
        yield accepted(line.split())
    generator = np.random.default_rng(2)
    while True:
        path = str(generator.choice(NUMBERS))
        ends = [end for end in limits(FIELDS[path]) if end is not None and math.isfinite(end)]
        if ends and path not in AT_ENDS_OF_OTHERS:
            yield accepted(tiny(f"{path}={generator.choice(ends):g}"))


AT_ENDS_OF_OTHERS = {
    "market.consumers", "graph.mean_degree", "creators.pool_least", "creators.pool_most", "platform.share",
    "brands.ads", "brands.kol", "brands.koc", "brands.own", "creators.kol_threshold_most",
}  # fmt: skip
"""Parameters whose range ends where another begins, or beyond a small market."""
