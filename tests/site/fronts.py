"""The layer in front of the application, as further processes have it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask

from portal.site.front import Front


class Made:
    """The application, counting what it is asked, slow where a test wants it to be."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.paths, self.gate = inner, list[str](), threading.Event()
        self.asked = threading.Event()
        self.gate.set()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.paths.append(environ["PATH_INFO"])
        self.asked.set()
        assert self.gate.wait(20)
        return self.inner(environ, start)


def a_front(app: Flask, made: Made, **settings: Any) -> Front:
    """A layer as another process has it."""
    return Front(app, made, **({"most": 10**7, "every": 0.0} | settings))


def apart(call: Callable[[], Any]) -> Any:
    """What a call gives that has nothing of the block's context."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result(20)
