"""The hosts, laid and started once for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.cli.warden import Warden
from tests.infra.nursery import Nursery
from tests.machines import hosts
from tests.machines.machines import Machines


@pytest.fixture(scope="module")
def machines(nursery: Nursery, process_warden: Warden) -> Iterator[Machines]:
    """Two web hosts that answer, two worker hosts with a scheduler and a worker each."""
    network = hosts.join()
    made = Machines(network, nursery, process_warden)
    try:
        made.open(SIGN_IN_LIMIT="6 per minute;60 per hour")
        for host in ("work-c", "work-d"):
            made.start_on(host, "scheduler")
            made.start_on(host, "worker")
        for host in ("web-a", "web-b"):
            made.serve_on(host)
        yield made
    finally:
        made.end()
        network.end()
