from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_runs import Made

from experiments import cli
from experiments.commands.register import page, state_page
from experiments.design.configuration import CLUSTERS
from experiments.settings.mistakes import fields
from experiments.settings.option_files import FOLDER
from sim.parameters import Parameters

REPOSITORY = Path(__file__).parent.parent

WRONG = {
    "market.consumer=2000": "market.consumer=2000: unknown key 'consumer'; did you mean 'consumers'?",
    "take_rate=0.08": "take_rate=0.08: unknown key 'take_rate'; did you mean 'platform.take_rate'?",
    "grph=edgelist": "grph=edgelist: unknown key 'grph'; did you mean 'graph'?",
    "platform=mihee": "platform=mihee: no such option; did you mean 'mihe'?",
    "graph.kind=smallworld": (
        "graph.kind=smallworld: expected one of small_world, scale_free, stochastic_blocks, edgelist; "
        "did you mean 'small_world'?"
    ),
    "market.consumers=5": "market.consumers=5: expected a whole number from 20 to 50000000 (people)",
    "market.consumers=many": "market.consumers=many: expected a whole number from 20 to 50000000 (people)",
    "market.consumers=true": "market.consumers=true: expected a whole number from 20 to 50000000 (people)",
    "market.consumers=100.5": "market.consumers=100.5: expected a whole number from 20 to 50000000 (people)",
    "market.consumers=": "market.consumers=: expected a whole number from 20 to 50000000 (people)",
    "market.choice.risk=nan": "market.choice.risk=NaN: expected a number from 0 to 10 (1/utility)",
    "market.choice=3": "market.choice=3: expected settings: risk, friends, friends_saturation, outside",
    "market.choice.risk=${nothing}": "market.choice.risk=${nothing}: expected a number from 0 to 10 (1/utility)",
    "+extra=1": "+extra=1: unknown key 'extra'; did you mean 'executor'?",
    "creators.claim_inflation=-1": "creators.claim_inflation=-1: expected a number from 0 to 20 (utility)",
    "platform.follow_gate=maybe": "platform.follow_gate=maybe: expected true or false",
    "rivals=[{name: b, take_rte: 0}]": "rivals.0.take_rte=0: unknown key 'take_rte'; did you mean 'take_rate'?",
    "experiment=single brands.own=0.5": "brands: ads + kol + koc + own = 1.5: shares of a budget cannot exceed 1",
    "experiment=single brands.adapt=2": "brands.adapt=2: expected a number from 0 to 1 (1/week)",
    "experiment=single creators.commission=0.6 platform.live_discount=0.5": (
        "platform.take_rate + creators.commission + creators.resale_margin + platform.live_discount = 1.15: "
        "shares of a price cannot exceed 1"
    ),
    "creators.pool_least=600": "creators.pool_least=600 is above pool_most=500",
    "creators.koc_share=0 creators.kol_count=0": (
        "arm commission-public-kol: creators.koc_share=0 of 10000 people and creators.kol_count=0 leave no creators; "
        "expected some, or brands.kol=0 and brands.koc=0"
    ),
    "graph.mean_degree=500 market.consumers=400": ("graph.mean_degree=500: expected fewer than the 400 people"),
    "graph=edgelist": "graph.path is empty: graph=edgelist needs the file with the ties, graph.path=FILE",
    "graph=edgelist graph.path=none.csv": "graph.path=none.csv: no such file, or it cannot be read",
    "rules.trust=nothing.here": (
        "rules.trust=nothing.here: no such module; expected module.function that Python can import"
    ),
    "platform.take_rate=0.08": (
        "platform.take_rate=0.08: the arms of experiment=headline set this key; override "
        "experiment.factors.fees.commission.platform.take_rate instead, or add experiment=single"
    ),
    "experiment.factors.fees.commission.platform.take_rate=0.9": (
        "arm commission-public-kol: experiment.factors.fees.commission.platform.take_rate=0.9: "
        "expected a number from 0 to 0.6 (share of price paid)"
    ),
    "experiment.seeds=0": "experiment.seeds: 0 seeds, expected 1 to 100000, or a list such as [0,1,2]",
    "experiment.seeds=[]": "experiment.seeds=[] is empty; expected at least one seed",
    "experiment.seeds=[1,2,1]": "experiment.seeds: 1 is given 2 times, expected every seed once",
    "experiment.seeds=[-1]": "experiment.seeds: -1 given, expected seeds from 0 to 2^63 - 1",
    "experiment.burn_in=300": "experiment.burn_in=300 of days=300 leaves no day to count; expected less than days",
    "experiment.days=0": "experiment.days=0: expected a whole number from 1 to 4095 (days)",
    "experiment.extra_arms.take_only.levels.domain=privat": (
        "experiment.extra_arms.take_only.levels.domain=privat: no such level; did you mean 'private'?"
    ),
    "experiment.flips.assumptions=[creators.claim_inflatio]": (
        "experiment.flips.assumptions: creators.claim_inflatio is no parameter with a plausible range; "
        "did you mean 'creators.claim_inflation'?"
    ),
    "experiment.flips.seeds=0": "experiment.flips.seeds=0: expected a whole number from 1 to 1000 (seeds)",
    "experiment.flips.days=100": (
        "experiment.flips.burn_in=120 of days=100 leaves no day to count; expected less than days"
    ),
    "experiment.flips.days=200": (
        "experiment.flips.seeds=1: a smaller or shorter market has its own shocks; expected at least 2"
    ),
    "experiment.design.points=8": ("experiment.design.points=8: nothing varies that could be drawn; expected vary"),
    "executor.workers=-1": "executor.workers=-1: expected a whole number from 0 to 10000",
    "executor=dask": "executor=dask: not installed; see configs/executor/dask.yaml",
    "--nonsense": "--nonsense: no such option; koc run --help lists them",
    "--config-path none": "--config-path none: no such folder; expected one with files of settings",
    "--config-path .": "{folder}: no config.yaml in it; expected the file that settings begin with",
}


def lines_of(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    status = cli.main(list(arguments))
    printed = capsys.readouterr()
    assert printed.out == ""
    return status, printed.err.splitlines()


@pytest.mark.parametrize("given", WRONG)
def test_a_mistake_is_told_in_one_line_and_nothing_is_written(
    given: str, made: Made, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(CLUSTERS, "dask", "not_installed_anywhere")
    status, lines = lines_of("run", *(given.split(" ") if "[{" not in given else [given]), capsys=capsys)
    assert (status, lines) == (2, [f"koc: {WRONG[given]}".replace("{folder}", str(here))])
    assert made == []
    assert list(here.rglob("*")) == []


def test_a_malformed_edge_list_is_told_with_file_and_line_before_anything_is_written(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("ties.csv").write_text("1,2\n2,3\nfour\n")
    status, (line,) = lines_of("run", "graph=edgelist", "graph.path=ties.csv", capsys=capsys)
    assert status == 2 and line.startswith("koc: ties.csv") and "3" in line
    assert [path.name for path in here.rglob("*")] == ["ties.csv"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["explain", "--consumer", "900", "--day", "1", "market.consumers=300"], "--consumer 900: expected 0 to 299"),
        (
            ["verify", "nowhere"],
            "nowhere: no such folder; expected a folder that koc run made, such as results/NAME/latest",
        ),
        (["explain", "--consumer", "1", "--day", "100000000000"], "--day 100000000000: expected 0 to 4094"),
        (["explain", "--consumer", "1", "--day", "1", "--seed", str(10**20)], "Invalid value for '--seed'"),
        (["calibrate", "--workers", str(10**20)], "Invalid value for '--workers': Input should be less than or equal"),
        (["compare", "a" * 300, "b"], "a" * 300),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_in_other_commands(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, (told,) = lines_of(*arguments, capsys=capsys)
    assert status == 2 and told.startswith(f"koc: {line}")


@pytest.mark.parametrize("arguments", [["rum"], ["explain"], ["explain", "--consumer", "x", "--day", "1"]])
def test_commands_and_options_that_there_are_not(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, (line,) = lines_of(*arguments, capsys=capsys)
    assert status == 2 and line.startswith("koc: ") and ("rum" in line or "--consumer" in line)


def test_an_error_of_ours_is_one_line_too_and_a_traceback_for_who_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise ZeroDivisionError("by\nnought")

    monkeypatch.setattr("experiments.commands.register.page", broken)
    line = "koc: internal error, ZeroDivisionError: by nought; KOC_DEBUG=1 shows where"
    assert lines_of("parameters", capsys=capsys) == (1, [line])
    monkeypatch.setenv("KOC_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["parameters"])


def test_a_python_that_hydra_does_not_start_on_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
    status, (line,) = lines_of("run", capsys=capsys)
    assert status == 2 and "Python 3.11 to 3.13" in line and "does not start on 3.14" in line


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom experiments.cli import main\nstatus = main(['--help'])\n"
        "heavy = {'numba', 'mesa', 'matplotlib', 'pandas', 'numpy', 'hydra'} & set(sys.modules)\n"
        "sys.exit(status or (str(heavy) if heavy else 0))"
    )
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        seconds.append(time.perf_counter() - started)
        assert done.returncode == 0, done.stderr
    assert all(command in done.stdout for command in ("run", "explain", "verify", "parameters"))
    assert min(seconds) < 0.5


def test_a_worker_loads_what_a_run_needs_alone() -> None:
    code = (
        "import sys, experiments.runs.executor, sim.market\n"
        "heavy = {'hydra', 'omegaconf', 'scipy.stats', 'scipy.optimize', 'matplotlib', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("flags", "shown"),
    [
        (["--help"], f"platform: {', '.join(sorted(file.stem for file in (FOLDER / 'platform').glob('*.yaml')))}"),
        (["--cfg", "job", "platform=mihe"], "follow_gate: true"),
        (["-m", "graph=small_world,scale_free", "--cfg", "job"], "kind: scale_free"),
        (["platform=shelf", "--cfg", "job", "market.consumers=2000"], "consumers: 2000"),
    ],
    ids=["help", "cfg", "several", "mixed"],
)
def test_flags_tell_of_settings_and_write_nothing(
    flags: list[str], shown: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", *flags]) == 0
    assert shown in capsys.readouterr().out
    assert list(here.iterdir()) == []


def test_explain_tells_one_decision(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "--consumer", "7", "--day", "2", "--seed", "3", "market.consumers=300"]) == 0
    assert capsys.readouterr().out.startswith("Consumer 7, day 2")


def test_the_register_has_every_parameter_with_its_declaration() -> None:
    text = page()
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    paths = {path for path, _, _ in fields(Parameters())} - {"market.catalogue.categories"}
    assert paths <= rows.keys()
    assert rows["creators.claim_inflation"].split(" | ")[1:6] == [
        "1.2",
        "utility",
        "from 0 to 20",
        "from 0 to 3",
        "assumption",
    ]


def test_the_page_of_parameters_is_up_to_date() -> None:
    assert (REPOSITORY / "docs" / "parameters.md").read_text("utf-8") == page(), "run: make parameters"


def test_the_page_of_state_is_up_to_date() -> None:
    assert (REPOSITORY / "docs" / "state.md").read_text("utf-8") == state_page(), "run: make parameters"


def test_a_file_that_is_no_yaml_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "experiment" / "mine.yaml"
    file.parent.mkdir()
    file.write_text("name: mine\n  seeds: [1\n", "utf-8")
    told = f"koc: {file}, line 2: not YAML (mapping values are not allowed here); expected lines such as key: value"
    assert lines_of("run", "--config-dir", str(tmp_path), "experiment=mine", capsys=capsys) == (2, [told])
