"""Ctrl-C: a short message and exit code 130, no traceback, no half-written file, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios.cli.stopping import stoppable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
ROOT = Path(__file__).resolve().parents[1]

RUN = """
import sys
from scenarios.cli import main
from {module} import {name} as old
import {module}

def told(*arguments, **options):
    print("begun", flush=True)
    return old(*arguments, **options)

{module}.{name} = told
sys.argv = ["backplan", *sys.argv[1:]]
main()
"""
MANY = ("--replications", "50000000")


def interrupted(folder: Path, module: str, name: str, *arguments: str) -> tuple[int, str]:
    """Exit code and messages of a command that is interrupted when it comes to a function."""
    code = RUN.format(module=module, name=name)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "en_GB.UTF-8"}
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=60)[1]  # what goes on would take hours
    return process.returncode, errors


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        ("simulation.monte_carlo", "spread", ("simulate", "district-1bn", *MANY)),
        ("simulation.monte_carlo", "spread", ("simulate", "district-1bn", *MANY, "--workers", "1")),
        ("simulation.simulator", "dispatch", ("simulate", "district-1bn", *MANY, "--engine", "simpy")),
        ("simulation.simulator", "dispatch", ("simulate", "district-1bn", *MANY, "--workers", "2")),
    ],
)
def test_a_long_run_stops(tmp_path: Path, module: str, name: str, arguments: tuple[str, ...]) -> None:
    code, errors = interrupted(tmp_path, module, name, *arguments)
    assert code == 130
    assert errors.split() == ["Stopped."]


def test_files_are_whole_or_not_there(tmp_path: Path) -> None:
    few = ("--replications", "20", "--out", "out")
    code, errors = interrupted(
        tmp_path, "scenarios.reports.result_json", "replacing", "run", "district-1bn", *few
    )
    assert (code, errors.split()) == (130, ["Stopped."])
    assert [path.name for path in (tmp_path / "out").rglob("*")] in ([], ["result.json"])


def test_what_swallows_the_signal_stops_all_the_same() -> None:
    code = (
        "import os, signal\n"
        "from scenarios.cli.stopping import stoppable\n"
        "with stoppable():\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except BaseException:\n"
        "        raise ImportError('initialization failed') from None\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_compiled_code_that_does_not_come_back_is_left() -> None:
    code = (
        "import os, signal, threading, time\n"
        "from scenarios.cli.stopping import stoppable\n"
        "threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "with stoppable():\n"
        "    while True:\n"
        "        try:\n"
        "            time.sleep(600)\n"
        "        except BaseException:\n"
        "            pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_afterwards_signals_are_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyError), stoppable():
        raise KeyError
