"""Children are kept running, and nothing is left when the supervisor ends, however it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.processes import Process, Processes, wait_until

WEB = {"name": "web", "does": "family"}
WORKER = {"name": "worker", "does": "family", "after": ["web"], "stops": 1}
REDIS = {"name": "redis", "does": "family", "stops": 2}


def supervise(processes: Processes, *children: dict[str, Any]) -> Process:
    """Started, and every stand-in has said who it is."""
    argv = [sys.executable, "-m", "tests.cli.supervised", json.dumps(children)]
    process = processes.start("supervisor", argv)
    families = [child["name"] for child in children if child["does"] == "family"]
    for name in families:
        both_run(process, name)
    return process


def both_run(process: Process, name: str, times: int = 1) -> None:
    """Wait until leader and member of a family have said who they are, in every life."""
    wait_until(lambda: len(pids(process, name)) == 2 * times, f"both of {name} run")


def pids(process: Process, name: str, who: str = "leader|member") -> list[int]:
    """Ids of the processes of a child, oldest first."""
    return [int(pid) for pid in re.findall(rf"{name} +\| (?:{who}) (\d+)", process.log)]


def everyone(process: Process) -> list[int]:
    return pids(process, r"\w+")


def alive(pid: int) -> bool:
    """Whether it runs; one that is dead and not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def nobody_of(family: list[int]) -> bool:
    return not any(alive(pid) for pid in family)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everything_in_order(processes: Processes, number: signal.Signals):
    process = supervise(processes, REDIS, WEB, WORKER)
    process.signal(number)
    assert process.wait() == 0
    stopped = re.findall(r"(\w+) +\| stopping", process.log)
    assert stopped == ["web", "worker", "redis"]
    assert nobody_of(everyone(process))


def test_a_killed_child_is_replaced_and_its_family_ended(processes: Processes):
    process = supervise(processes, WEB)
    first = pids(process, "web")
    os.kill(pids(process, "web", "leader")[0], signal.SIGKILL)
    process.wait_for_log("web was killed by SIGKILL; starting it again")
    both_run(process, "web", times=2)
    assert nobody_of(first)
    assert process.stop() == 0
    assert nobody_of(everyone(process))


def test_a_killed_supervisor_leaves_nobody(processes: Processes):
    process = supervise(processes, REDIS, WEB, WORKER)
    process.signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: nobody_of(everyone(process)), "everyone is gone")


def test_without_its_warden_a_killed_supervisor_leaves_no_child(processes: Processes):
    process = supervise(processes, WEB)
    os.kill(warden_of(process), signal.SIGKILL)
    process.signal(signal.SIGKILL)
    process.wait()
    leaders = pids(process, "web", "leader")
    wait_until(lambda: nobody_of(leaders), "the leader is gone")
    for pid in filter(alive, everyone(process)):
        os.kill(pid, signal.SIGKILL)


def warden_of(process: Process) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    found = [pid for pid in children if "warden" in Path(f"/proc/{pid}/cmdline").read_text()]
    return int(found[0])


def test_a_child_that_keeps_dying_stops_everything(processes: Processes):
    process = supervise(processes, WEB, {"name": "worker", "does": "crashing"})
    assert process.wait(30) == 1
    assert "worker ended with status 3, 5 times in 30 s: stopping everything" in process.log
    assert process.log.count("starting it again") == 4
    assert process.log.count("last words") == 5
    assert nobody_of(everyone(process))


def test_a_child_that_does_not_listen_is_killed(processes: Processes):
    process = supervise(processes, {"name": "web", "does": "stubborn"})
    process.wait_for_log("leader")
    assert process.stop() == 0
    assert "web did not stop in time; killing it" in process.log
    assert nobody_of(everyone(process))


def test_a_child_waits_for_those_it_needs(processes: Processes):
    process = supervise(processes, WORKER, WEB)
    assert process.log.index("web ") < process.log.index("worker ")
    process.wait_for_log("all are ready")


def test_output_of_any_kind_is_passed_on(processes: Processes):
    process = supervise(processes, {"name": "web", "does": "garbled"})
    process.wait_for_log("caf�")
    assert process.stop() == 0
    assert process.log.count("x") >= 100_000


def test_a_missing_program_is_an_error_and_leaves_nobody(processes: Processes, tmp_path: Path):
    code = (
        "import os\n"
        "from portal.cli.children import Child\n"
        "from portal.cli.supervisor import Supervisor\n"
        "from tests.cli.supervised import child\n"
        "gone = Child('gone', ['/no/such/program'], dict(os.environ), after=('web',))\n"
        "raise SystemExit(Supervisor([child('web', 'family'), gone]).run(lambda: None))\n"
    )
    process = processes.start("supervisor", [sys.executable, "-c", code])
    assert process.wait() == 1
    assert "/no/such/program" in process.log
    assert nobody_of(everyone(process))
