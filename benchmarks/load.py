"""Requests to a server on this machine: one after the other for waiting times, many at once for the rate."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
HEADERS = {"Accept-Encoding": "gzip", "User-Agent": "newsroom-bench"}
START_SECONDS = 60

# wrk's own script: the next address of a file for each request, from a place of its own in each thread.
WRK_SCRIPT = """
local paths, tags, place = {}, {}, 0
for line in io.lines("%s") do
  local path, tag = line:match("^(%%S+)%%s*(.*)$")
  paths[#paths + 1] = path; tags[#tags + 1] = tag
end
local thread_count = 0
function setup(thread)
  thread:set("place", thread_count * math.floor(#paths / 2))
  thread_count = thread_count + 1
end
function request()
  place = place %% #paths + 1
  local headers = {["Accept-Encoding"] = "gzip"}
  if tags[place] ~= "" then headers["If-None-Match"] = tags[place] end
  return wrk.format("GET", paths[place], headers)
end
function done(summary, latency)
  io.write(string.format("RESULT %%f %%f %%d\\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(95) / 1e3, summary.errors.status + summary.errors.read + summary.errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status, headers in lower case, bytes on the wire, and the wait in ms."""

    status: int
    headers: Mapping[str, str]
    size: int
    wait_ms: float


@dataclass(frozen=True, slots=True)
class Server:
    """A gunicorn of two sync workers on a port of this machine."""

    port: int
    process: subprocess.Popen[bytes]

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to one request on a connection of its own, as sync workers have it."""
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in {**HEADERS, **(headers or {})}.items()]
        request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        started = time.perf_counter()
        with socket.create_connection(("127.0.0.1", self.port), timeout=600) as connection:
            connection.sendall(request)
            pieces = []
            while piece := connection.recv(65_536):
                pieces.append(piece)
        wait_ms = (time.perf_counter() - started) * 1_000
        content = b"".join(pieces)
        head = content.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        fields = (line.split(": ", 1) for line in head[1:])
        found = {name.lower(): value for name, value in fields}
        return Answer(int(head[0].split()[1]), found, len(content), wait_ms)

    def cpu_seconds(self) -> float:
        """Return the processor time that its workers have used so far."""
        stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.workers())
        return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")

    def workers(self) -> list[int]:
        """Return the process ids of its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(word) for word in children.split()]


@contextmanager
def serving(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    """Run a server until the block ends."""
    process = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **environment})
    server = Server(port, process)
    try:
        _wait_for(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:  # its workers are busy: the naive view at a million
            for pid in server.workers():
                os.kill(pid, signal.SIGKILL)
            process.kill()
            process.wait()


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1):
                return
        except OSError:
            if server.process.poll() is not None:
                break
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory_mb(pid: int) -> tuple[float, float]:
    """Return the memory of a process in MB: all of it, and what no other process shares."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split(":")
        found[name] = int(value.split()[0]) / 1024
    return found["Rss"], found["Private_Clean"] + found["Private_Dirty"]


def client() -> str:
    """Return what makes the many requests at once."""
    return (
        "wrk" if shutil.which("wrk") else "a client of our own in Python, which takes part of the two cores"
    )


def rate(
    server: Server, requests: Sequence[tuple[str, str]], *, seconds: int, connections: int = 4
) -> tuple[float, float, int]:
    """Return requests a second, the p95 in ms and the failures; ``requests`` are paths and entity tags."""
    if shutil.which("wrk"):
        return _rate_by_wrk(server, requests, seconds, connections)
    return _rate_by_threads(server, requests, seconds, connections)


def _rate_by_wrk(
    server: Server, requests: Sequence[tuple[str, str]], seconds: int, connections: int
) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as folder:
        paths, script = Path(folder) / "paths", Path(folder) / "script.lua"
        paths.write_text("".join(f"{path} {tag}\n" for path, tag in requests))
        script.write_text(WRK_SCRIPT % paths)
        command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "120s", "-s", str(script)]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{server.port}/"], check=True, capture_output=True, text=True
        )
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            _, per_second, p95_ms, failures = line.split()
            return float(per_second), float(p95_ms), int(failures)
    raise SystemExit(f"wrk did not say how fast it was:\n{done.stdout}{done.stderr}")


def _rate_by_threads(
    server: Server, requests: Sequence[tuple[str, str]], seconds: int, connections: int
) -> tuple[float, float, int]:
    waits: list[float] = []
    failures = itertools.count()
    deadline = time.monotonic() + seconds

    def ask(first: int) -> None:
        for path, tag in itertools.islice(itertools.cycle(requests), first, None):
            if time.monotonic() > deadline:
                return
            answer = server.get(path, {"If-None-Match": tag} if tag else None)
            waits.append(answer.wait_ms)
            if answer.status not in {200, 304}:
                next(failures)

    threads = [
        threading.Thread(target=ask, args=[number * len(requests) // connections])
        for number in range(connections)
    ]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p95 = sorted(waits)[int(len(waits) * 0.95)] if waits else 0.0
    return len(waits) / (time.monotonic() - started), p95, next(failures)


if __name__ == "__main__":
    sys.exit("this is a part of benchmarks/search_speed.py")
