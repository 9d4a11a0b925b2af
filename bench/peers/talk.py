"""One line of JSON asks, one answers: how a bench works with a peer in another environment."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any


def serve(acts: Mapping[str, Callable[..., Any]]) -> None:
    """Do what is asked until nothing more comes. The first line tells that all is ready."""
    out, sys.stdout = sys.stdout, sys.stderr
    print("{}", file=out, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(acts[asked.pop("do")](**asked)), file=out, flush=True)
