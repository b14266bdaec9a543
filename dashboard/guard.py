"""Started beside the supervisor: when that dies, however it dies, this ends the process groups it left.

Run as a program of the standard library alone, so that it stays small while it waits:
`python -I -S guard.py`, told on its standard input `+PID` for each group begun and `-PID` for each ended.
"""

import contextlib
import os
import signal
import sys
import time

PATIENCE_S = 5.0


def main() -> None:
    """Follow the supervisor's notes until its end of the pipe closes, then end what is still noted."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for note in sys.stdin:
        (groups.add if note.startswith("+") else groups.discard)(int(note[1:]))
    end(groups)


def end(groups: set[int]) -> None:
    """Ask each group to end, and kill what has not within five seconds."""
    deadline = time.monotonic() + PATIENCE_S
    number: int = signal.SIGTERM
    while groups and time.monotonic() < deadline + 1:
        groups = {group for group in groups if told(group, number)}
        number = 0 if time.monotonic() < deadline else signal.SIGKILL
        time.sleep(0.05)


def told(group: int, number: int) -> bool:
    """Whether a group is still there to be sent a signal; 0 only asks."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main()
