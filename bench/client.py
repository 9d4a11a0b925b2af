"""A small HTTP client in a process of its own: for machines without wrk, and for readers at a pace.

    python -m bench.client < job.json

The job: `port`, `seconds`, `connections`, `requests` (each `[method, path, headers, body]`, sent in
turn), `rate` a second for all connections together, 0 for as fast as they can, and `most`, after
which it stops before its time. With a rate a request's time counts from when it was to be sent, so
that waiting in line is not hidden. Prints one line of JSON: how many, the seconds, percentiles in
milliseconds, how many failed, per status.

It is Python: it can ask for some thousands a second, and needs a processor for that.
"""

import asyncio
import json
import math
import re
import sys
import time
from collections import Counter
from typing import Any


class Tally:
    """What was measured so far."""

    def __init__(self) -> None:
        self.spent: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.sent = 0

    def next(self) -> int:
        """Return the number of the request to send now."""
        self.sent += 1
        return self.sent - 1


def written(request: list[Any]) -> bytes:
    """Return a request as it goes over the wire."""
    method, path, headers, body = request
    data = (body or "").encode()
    told = {"Host": "127.0.0.1", "Content-Length": str(len(data))} | (headers or {})
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes
) -> tuple[str, bool]:
    """Send a request and read its answer; return the status and whether the line stays open."""
    writer.write(sent)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = re.search(r"\r\ncontent-length: *(\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
    else:
        await _chunks(reader)
    return head.split()[1], "connection: close" not in head


async def _chunks(reader: asyncio.StreamReader) -> None:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
    await reader.readexactly(2)


async def _connection(job: dict[str, Any], wires: list[bytes], tally: Tally, begin: float) -> None:
    end, rate = begin + job["seconds"], job.get("rate", 0)
    most = job.get("most") or math.inf
    lines: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    while True:
        number = tally.next()
        due = begin + number / rate if rate else time.perf_counter()
        if due >= end or number >= most:
            break
        await asyncio.sleep(max(0.0, due - time.perf_counter())) if rate else None
        try:
            lines = lines or await asyncio.open_connection("127.0.0.1", job["port"])
            status, open_still = await _exchange(*lines, wires[number % len(wires)])
        except (OSError, asyncio.IncompleteReadError, ValueError):
            status, open_still = "broken", False
        tally.spent.append((time.perf_counter() - due) * 1000)
        tally.statuses[status] += 1
        if not open_still and lines:
            lines[1].close()
            lines = None
    if lines:
        lines[1].close()


async def press(job: dict[str, Any]) -> dict[str, Any]:
    """Do the job and return what it came to."""
    wires = [written(request) for request in job["requests"]]
    tally, begin = Tally(), time.perf_counter()
    await asyncio.gather(
        *(_connection(job, wires, tally, begin) for _ in range(job["connections"]))
    )
    spent = sorted(tally.spent) or [0.0]
    return {
        "requests": len(tally.spent), "seconds": time.perf_counter() - begin,
        "p50": spent[len(spent) // 2], "p99": spent[min(len(spent) - 1, int(len(spent) * 0.99))],
        "errors": sum(n for status, n in tally.statuses.items() if status[0] not in "23"),
        "statuses": dict(tally.statuses),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(asyncio.run(press(json.loads(sys.stdin.read())))))
