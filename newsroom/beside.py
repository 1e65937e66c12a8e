"""Keeps a command running beside the process that started this one, and ends it with that process.

``python -m newsroom.beside PID COMMAND ...``: PID is the process to stay beside.  It needs neither Django nor
the archive, so that it costs next to no memory.  Whatever ends that process, SIGKILL included, is noticed
within half a second; the command then gets SIGTERM and may finish what it has in hand.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

LOOK_SECONDS = 0.5  # between two looks at the process
RESTART_SECONDS = (1.0, 60.0)  # before a command that ended is started again: at first, and at most
STEADY_SECONDS = 60.0  # one that ran this long ended for another reason than how it began


def stay_beside(pid: int, command: Sequence[str]) -> None:
    """Run the command, again and again should it end, until the process is no longer our parent."""
    first, longest = RESTART_SECONDS
    pause = first
    while os.getppid() == pid:
        started = time.monotonic()
        child = subprocess.Popen(command)  # noqa: S603 - given by whoever started this process
        while os.getppid() == pid:
            try:
                child.wait(LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            child.terminate()
            child.wait()
            return
        if time.monotonic() - started > STEADY_SECONDS:
            pause = first
        sys.stderr.write(
            f"{' '.join(command[-2:])} ended (exit status {child.returncode}); it is started again\n"
        )
        until = time.monotonic() + pause
        while os.getppid() == pid and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
        pause = min(2 * pause, longest)


if __name__ == "__main__":
    stay_beside(int(sys.argv[1]), sys.argv[2:])
