"""Jobs: ids as text in, nothing else; every name that is woken is a job."""

from __future__ import annotations

import ast
import inspect

from portal.jobs import tasks
from portal.jobs.queue import SELDOM, id_of
from portal.jobs.registries import known_jobs
from tests.shape.test_sources import calls, trees

WAKERS = {"wake": 0, "wake_at": 1, "wake_after_commit": 0}


def test_a_job_takes_ids_as_text_and_nothing_else():
    assert known_jobs()
    for name in known_jobs():
        work = inspect.unwrap(getattr(tasks, name))
        for parameter in inspect.signature(work).parameters.values():
            assert parameter.name.endswith("_id"), f"{name} takes {parameter.name}"
            assert parameter.annotation in (str, "str"), f"{name} takes {parameter}"
            assert parameter.default is parameter.empty, f"{name}: older queues leave it out"
            assert parameter.kind is parameter.POSITIONAL_OR_KEYWORD


def test_everything_public_there_is_a_job():
    tree = trees()["portal/jobs/tasks.py"]
    written = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert written == known_jobs()


def test_what_is_woken_is_a_job():
    woken = set()
    for path, tree in trees().items():
        for name, call in calls(tree):
            at = WAKERS.get(name.split(".")[-1])
            if at is not None and path != "portal/jobs/queue.py":
                first = call.args[at]
                assert isinstance(first, ast.Constant), f"{path} wakes a job by a worked out name"
                woken.add(first.value)
    assert woken <= known_jobs()
    assert woken >= SELDOM


def test_an_id_is_the_same_again_and_one_rq_takes():
    assert id_of("run_import", "0192f3a4-0000-7000-8000-000000000000") == (
        "run-import-0192f3a4-0000-7000-8000-000000000000"
    )
    assert id_of("deliver_mail") == "deliver-mail"
