"""Hosts on one machine: network namespaces joined by a switch, or else addresses of the loopback.

Every host reaches the others by TCP alone. A host's cable can be pulled: what it sends then
arrives nowhere, and nobody is told that it is gone.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable
from typing import Protocol, TypeVar

from tests.faults.proxy import Proxy
from tests.infra import namespaces, network
from tests.infra.ports import free_port

T = TypeVar("T")
HOSTS = ("data", "web-a", "web-b", "work-c", "work-d")


class Network(Protocol):
    """`HOSTS`, each with an address; `data` is where databases are."""

    kind: str
    addresses: dict[str, str]

    def settings(self, host: str) -> dict[str, str]: ...
    def inside(self, host: str, call: Callable[[], T]) -> T: ...
    def towards(self, host: str, port: int) -> tuple[str, int]: ...
    def pull(self, host: str) -> None: ...
    def plug(self, host: str) -> None: ...
    def end(self) -> None: ...


class Namespaces:
    """Each host is a network namespace with one cable, into a bridge of the machine."""

    kind = "namespaces"

    def __init__(self) -> None:
        self._own = os.getpid()
        self._bridge = f"pb{self._own}"
        net = f"10.213.{self._own % 250 + 1}."
        self.addresses = {name: f"{net}{number}" for number, name in enumerate(HOSTS, 2)}
        _sweep()
        namespaces.ip("link", "add", self._bridge, "type", "bridge")
        namespaces.ip("addr", "add", f"{net}1/24", "dev", self._bridge)
        namespaces.ip("link", "set", self._bridge, "up")
        for name in HOSTS:
            self._join(name)
        network.own.add(net)
        self._net = net

    def _join(self, host: str) -> None:
        space, cable = self._space(host), self._cable(host)
        namespaces.ip("netns", "add", space)
        namespaces.ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
        namespaces.ip("link", "set", cable, "master", self._bridge, "up")
        namespaces.ip("-n", space, "addr", "add", f"{self.addresses[host]}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            namespaces.ip("-n", space, "link", "set", device, "up")

    def _space(self, host: str) -> str:
        return f"portal-{self._own}-{host}"

    def _cable(self, host: str) -> str:
        return f"pt{self._own}{HOSTS.index(host)}"

    def settings(self, host: str) -> dict[str, str]:
        return {namespaces.VARIABLE: self._space(host)}

    def inside(self, host: str, call: Callable[[], T]) -> T:
        return namespaces.inside(self._space(host), call)

    def towards(self, host: str, port: int) -> tuple[str, int]:
        """Where `host` finds a port of the database host."""
        return self.addresses["data"], port

    def pull(self, host: str) -> None:
        namespaces.ip("link", "set", self._cable(host), "down")

    def plug(self, host: str) -> None:
        namespaces.ip("link", "set", self._cable(host), "up")

    def end(self) -> None:
        network.own.discard(self._net)
        for host in HOSTS:
            with contextlib.suppress(subprocess.CalledProcessError):
                namespaces.ip("netns", "del", self._space(host))
            with contextlib.suppress(subprocess.CalledProcessError):
                namespaces.ip("link", "del", self._cable(host))
        namespaces.ip("link", "del", self._bridge)


def _sweep() -> None:
    """Take away what killed runs left."""
    for path in namespaces.FOLDER.glob("portal-*-*") if namespaces.FOLDER.is_dir() else ():
        pid = path.name.split("-")[1]
        if pid.isdigit() and not os.path.exists(f"/proc/{pid}"):  # noqa: PTH110  not a file of ours
            with contextlib.suppress(subprocess.CalledProcessError):
                namespaces.ip("netns", "del", path.name)
            with contextlib.suppress(subprocess.CalledProcessError):
                namespaces.ip("link", "del", f"pb{pid}")


class Loopback:
    """Each host is an address of the loopback; its cable is a proxy for each port it reaches."""

    kind = "loopback"

    def __init__(self) -> None:
        net = f"127.{os.getpid() % 250 + 1}.{os.getpid() // 250 % 250}."
        self.addresses = {name: f"{net}{number}" for number, name in enumerate(HOSTS, 2)}
        self._cables: dict[str, dict[int, Proxy]] = {name: {} for name in HOSTS}

    def settings(self, host: str) -> dict[str, str]:
        return {}

    def inside(self, host: str, call: Callable[[], T]) -> T:
        return call()

    def towards(self, host: str, port: int) -> tuple[str, int]:
        """Where `host` finds a port of the database host."""
        cables = self._cables[host]
        if port not in cables:
            near = self.addresses[host], free_port()
            cables[port] = Proxy(near, (self.addresses["data"], port))
        near_address: tuple[str, int] = cables[port].near
        return near_address

    def pull(self, host: str) -> None:
        for cable in self._cables[host].values():
            cable.set("silent", cut=False)

    def plug(self, host: str) -> None:
        for cable in self._cables[host].values():
            cable.set("open", cut=False)

    def end(self) -> None:
        for cables in self._cables.values():
            for cable in cables.values():
                cable.end()


def join() -> Network:
    """Lay the network: of namespaces where the machine allows them."""
    return Namespaces() if namespaces.are_allowed() else Loopback()
