"""Readers: wrk where the machine has it, else the bundled client, which is slower itself.

With the bundled client the rates say less, since it takes most of a processor; the processor time
of the servers for each request, and so the ratios of that, stay right. The table says which it was.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.worlds import ROOT

LUA = """
local asked, number = {{}}, 0
init = function() for _, path in ipairs({{{paths}}}) do
  asked[#asked + 1] = wrk.format("GET", path) end end
request = function() number = number + 1; return asked[(number - 1) % #asked + 1] end
done = function(summary, latency)
  local e = summary.errors
  print(string.format('{{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"errors":%d}}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """What readers found: times in milliseconds. Errors are no answer, or one of 400 and above."""

    requests: int
    seconds: float
    p50: float
    p99: float
    errors: int
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def each(self) -> float:
        """The milliseconds of the clock for one request: a thousand through the rate."""
        return self.seconds * 1000 / max(self.requests, 1)


def with_wrk() -> bool:
    """Tell whether this machine has wrk."""
    return shutil.which("wrk") is not None


def read(port: int, paths: Sequence[str], connections: int, seconds: float) -> Load:
    """Ask for the paths in turn on so many connections, each as fast as it is answered."""
    if not with_wrk():
        return paced(port, [["GET", path, None, ""] for path in paths], connections, seconds, 0)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA.format(paths=", ".join(map(json.dumps, paths))))
        script.flush()
        command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration",
                   f"{max(1, round(seconds))}s", "--timeout", "10s", "--script", script.name,
                   f"http://127.0.0.1:{port}/"]  # fmt: skip
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Load(**json.loads(said.strip().splitlines()[-1]))


def each_once(port: int, requests: Sequence[Any], connections: int, seconds: float) -> Load:
    """Send each of these requests once with the bundled client, within so many seconds."""
    with pacing(port, requests, connections, seconds, 0, most=len(requests)) as reader:
        pass
    return reader.found()


def paced(
    port: int, requests: Sequence[Any], connections: int, seconds: float, rate: float
) -> Load:
    """Send requests with the bundled client, `rate` a second in all."""
    with pacing(port, requests, connections, seconds, rate) as reader:
        pass
    return reader.found()


@dataclass
class Reader:
    """A client at work."""

    process: "subprocess.Popen[str]"
    said: str = ""

    def found(self) -> Load:
        """Return what it found. It must have ended."""
        if self.process.returncode:
            sys.exit("bench: the client failed; see above")
        return Load(**json.loads(self.said))


@contextmanager
def pacing(
    port: int, requests: Sequence[Any], connections: int, seconds: float, rate: float, most: int = 0
) -> Iterator[Reader]:
    """Run the bundled client beside the block, and wait for its end after it."""
    job = {"port": port, "requests": list(requests), "connections": connections,
           "seconds": seconds, "rate": rate, "most": most}  # fmt: skip
    with tempfile.TemporaryFile("w+") as told:
        json.dump(job, told)
        told.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.client"], cwd=Path(ROOT), stdin=told,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        reader = Reader(process)
        yield reader
        reader.said = process.communicate()[0]
