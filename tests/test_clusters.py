"""Sweeps on real clusters, started here as the documentation says; skipped where their packages are not installed."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from processes import KOC, await_that, in_store

from experiments.cli import main

SWEEP = (
    "experiment=single", "market.consumers=400", "experiment.days=30", "experiment.burn_in=5", "experiment.seeds=1",
    "experiment.design.points=48", "experiment.design.vary={creators.claim_inflation: {low: 1, high: 4}}",
)  # fmt: skip
LATEST = Path("single/latest/runs.parquet")
PROGRAMS = Path(sys.executable).parent
pytestmark = pytest.mark.timeout(200)
needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="dask[distributed] is not installed")
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed")
on_each = pytest.mark.parametrize(
    "name", [pytest.param("dask", marks=needs_dask), pytest.param("ray", marks=needs_ray)]
)


class Cluster(NamedTuple):
    """What is typed to use it, in which environment, and the process of each node, the head first."""

    overrides: tuple[str, ...]
    environment: dict[str, str]
    nodes: list[subprocess.Popen[bytes]]


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex((host, port)) == 0


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a program of a cluster; all end with the test."""
    nodes: list[subprocess.Popen[bytes]] = []

    def start(*command: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (tmp_path / f"node{len(nodes)}.log").open("wb") as log:
            program = [str(PROGRAMS / command[0]), *command[1:]]
            nodes.append(subprocess.Popen(program, env=environment, stdout=log, stderr=log, cwd=tmp_path))
        return nodes[-1]

    yield start
    for process in reversed(nodes):
        process.terminate()
    for process in reversed(nodes):
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture
def dask(node: Callable[..., subprocess.Popen[bytes]]) -> Cluster:
    port, environment = a_port(), dict(os.environ)
    scheduler = ("dask", "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    nodes = [node(*scheduler, environment=environment)]
    await_that(lambda: listens("127.0.0.1", port))
    worker = ("dask", "worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-nanny", "--no-dashboard")
    nodes += [node(*worker, environment=environment) for _ in range(2)]
    return Cluster(("executor=dask", f"executor.address=tcp://127.0.0.1:{port}"), environment, nodes)


@pytest.fixture
def ray(node: Callable[..., subprocess.Popen[bytes]]) -> Cluster:
    host, port = socket.gethostbyname(socket.gethostname()), a_port()
    environment = {**os.environ, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    start = ("ray", "start", "--num-cpus=1", "--disable-usage-stats", "--block")
    nodes = [node(*start, "--head", f"--port={port}", "--include-dashboard=false", environment=environment)]
    await_that(lambda: listens(host, port))
    nodes.append(node(*start, f"--address={host}:{port}", environment=environment))
    return Cluster(("executor=ray", f"executor.address={host}:{port}"), environment, nodes)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The table of the sweep, made by this process alone."""
    output = tmp_path_factory.mktemp("here")
    assert main(["run", *SWEEP, "executor=serial", f"output={output}"]) == 0
    return pd.read_parquet(output / LATEST).drop(columns="seconds")


def started(cluster: Cluster, output: Path) -> subprocess.Popen[str]:
    command = [*KOC, "run", *SWEEP, *cluster.overrides, f"output={output}"]
    out, err = subprocess.PIPE, subprocess.STDOUT
    return subprocess.Popen(command, env=cluster.environment, text=True, stdout=out, stderr=err)


@on_each
def test_a_cluster_yields_the_bits_that_this_process_yields(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, here: pd.DataFrame
) -> None:
    process = started(request.getfixturevalue(name), tmp_path)
    printed, _ = process.communicate(timeout=150)
    assert process.returncode == 0, printed
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / LATEST).drop(columns="seconds"), here, check_exact=True)


@on_each
def test_a_node_that_is_killed_loses_nothing_and_the_sweep_goes_on(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, here: pd.DataFrame
) -> None:
    cluster = request.getfixturevalue(name)
    process = started(cluster, tmp_path)
    await_that(lambda: in_store(str(tmp_path)) > 0, process)
    cluster.nodes[-1].send_signal(signal.SIGKILL)
    printed, _ = process.communicate(timeout=150)
    assert process.returncode == 0, printed
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / LATEST).drop(columns="seconds"), here, check_exact=True)


@needs_dask
def test_a_cluster_that_does_not_answer_is_told_in_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"executor.address=tcp://127.0.0.1:{a_port()}"
    assert main(["run", *SWEEP, "executor=dask", address]) == 2
    (line,) = capsys.readouterr().err.splitlines()[1:]
    assert line.startswith(f"koc: {address}: nobody answers there (")
