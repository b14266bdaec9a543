"""Started beside the embedded server: when its last user is gone, killed ones too, it stops the server.

Run as a program of the standard library alone, so that it stays small while it waits:
`python -I -S watch.py LOCK RECORD PG_CTL DATA UID GID`.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path


def main(lock: str, record: str, server: list[str], uid: int, gid: int) -> None:
    """Wait for the lock that every user shares; holding it, nobody else can come, and stop the server."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if os.fork():
        # Whoever started us waits for this exit; what stays is nobody's child.
        os._exit(0)
    os.chdir("/")
    fcntl.flock(os.open(lock, os.O_RDWR), fcntl.LOCK_EX)
    # In the meantime somebody may have asked to keep it.
    if json.loads(Path(record).read_text(encoding="utf-8"))["kept"]:
        return
    if os.geteuid() != uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    pg_ctl, data = server
    for mode, seconds in (("fast", "60"), ("immediate", "10")):
        stop = [pg_ctl, "stop", "-D", data, "-m", mode, "-w", "-t", seconds, "-s"]
        if subprocess.call(stop) == 0:  # noqa: S603 - PostgreSQL's own program
            return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:5], int(sys.argv[5]), int(sys.argv[6]))
