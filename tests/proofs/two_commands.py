"""The README's two commands in an empty folder: as root and as an ordinary user, offline once installed.

`make prove two-commands` as root on Linux; `--who user`, `--without-tests` and `--rounds 3` make it shorter.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pwd
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from database.embedded.place import outside
from tests.homes import PROJECT
from tests.proofs.two_commands_cases import CASES, RUNUSER, USER, Place

IS_ROOT = os.geteuid() == 0
OFFLINE = ["unshare", "-n"] if IS_ROOT else []


def main() -> int:
    """Install for each person, then run every case on what was installed, without a network."""
    options = _options()
    if options.inside and options.command:
        _loopback_up()
        return as_person(Path(options.inside), options.who[0], options.command, check=False).returncode
    if options.inside:
        place = Place(Path(options.inside), options.who[0], options.rounds, command_of("Run"))
        return cases(place, options.only)
    if not IS_ROOT and options.who != ["user"]:
        sys.stderr.write("The whole proof makes a user, networks and disks of its own: run it as root.\n")
        return 1
    failed = 0
    for who in options.who:
        folder = new_folder(who)
        try:
            install(folder, who, "Run")
            failed += offline(folder, who, options)
            if not options.without_tests:
                install(folder, who, "Test")
                failed += tests(folder, who)
        finally:
            shutil.rmtree(outside(folder / ".vigie"), ignore_errors=True)
            shutil.rmtree(folder.parent, ignore_errors=True)
    say("all", "two-commands", 0, "FAILED" if failed else "ok")
    return 1 if failed else 0


def cases(place: Place, only: str | None) -> int:
    """Run the cases in this network, which has a loopback and, as root, nothing else."""
    _loopback_up()
    failed = 0
    for case in CASES:
        if only is not None and only not in case.__name__:
            continue
        begun = time.monotonic()
        try:
            result = case(place)
        except Exception as error:  # noqa: BLE001 - the other cases are still worth knowing
            result = f"FAILED: {type(error).__name__}: {str(error)[-400:]}"
            failed += 1
        finally:
            place.end()
        say(place.who, case.__name__.replace("_", " "), time.monotonic() - begun, result)
    return failed


def offline(folder: Path, who: str, options: argparse.Namespace) -> int:
    """Run the cases in a network namespace of their own; how many failed."""
    only = ["--only", options.only] if options.only else []
    return subprocess.run(
        [*OFFLINE, sys.executable, "-m", "tests.proofs.two_commands", "--inside", folder,
         "--who", who, "--rounds", str(options.rounds), *only],
        cwd=PROJECT, check=False,
    ).returncode  # fmt: skip


def install(folder: Path, who: str, heading: str) -> None:
    """Run all but the last word of a README command: what makes the environment and fills it."""
    begun = time.monotonic()
    steps = command_of(heading).rpartition("&&")[0]
    as_person(folder, who, steps, check=True)
    say(who, f"install for {heading}", time.monotonic() - begun, "ok")


def tests(folder: Path, who: str) -> int:
    """Run the README's Test command without a network; 1 when it fails."""
    begun = time.monotonic()
    done = subprocess.run(
        [*OFFLINE, sys.executable, "-m", "tests.proofs.two_commands", "--inside", folder,
         "--who", who, "--command", command_of("Test")],
        cwd=PROJECT, check=False, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    lines = done.stdout.strip().splitlines() or [""]
    said = " · ".join([lines[-1], *(line for line in lines if line.startswith(("FAILED", "ERROR")))])
    say(
        who, "the Test command", time.monotonic() - begun, said if done.returncode == 0 else f"FAILED: {said}"
    )
    return int(done.returncode != 0)


def command_of(heading: str) -> str:
    """The one line under a heading of the README."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {heading}\n+```\n(.+)\n```", readme, re.MULTILINE)
    assert found is not None, heading
    return found[1]


def as_person(folder: Path, who: str, line: str, *, check: bool) -> subprocess.CompletedProcess[str]:
    """Run a shell line in the folder as root or as the ordinary user."""
    before = [RUNUSER, "-u", USER, "--"] if who == "user" and IS_ROOT else []
    return subprocess.run(
        [*before, "bash", "-c", line],
        cwd=folder, env=_environment(who), check=check, text=True
    )  # fmt: skip


def new_folder(who: str) -> Path:
    """An empty folder with the project's files; root's lies where nobody else may enter."""
    if who == "root" or not IS_ROOT:
        above = Path(tempfile.mkdtemp(prefix="vigie-proof-", dir=Path.home()))
    else:
        if USER not in {entry.pw_name for entry in pwd.getpwall()}:
            subprocess.run(["useradd", "--create-home", USER], check=True)
        above = Path(tempfile.mkdtemp(prefix="vigie-proof-", dir=pwd.getpwnam(USER).pw_dir))
    folder = above / "vigie"
    folder.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "--null", "-cf", above / "tree", "-T", "-"], input=listed, cwd=PROJECT, check=True)
    subprocess.run(["tar", "-xf", above / "tree", "-C", folder], check=True)
    if who == "user" and IS_ROOT:
        subprocess.run(["chown", "-R", USER, above], check=True)
    return folder


def say(who: str, case: str, seconds: float, result: str) -> None:
    """Write one row of the proof."""
    sys.stdout.write(f"{who:<5} {case:<62} {seconds:7.1f} s  {result}\n")
    sys.stdout.flush()


def _environment(who: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    if who == "root" or not IS_ROOT:
        return {**kept, "HOME": str(Path.home()), "PATH": os.environ["PATH"]}
    return {**kept, "HOME": pwd.getpwnam(USER).pw_dir, "PATH": "/usr/local/bin:/usr/bin:/bin"}


def _loopback_up() -> None:
    if not IS_ROOT:
        return
    with socket.socket() as anything:
        # SIOCSIFFLAGS with IFF_UP | IFF_RUNNING.
        fcntl.ioctl(anything, 0x8914, struct.pack("16sH14x", b"lo", 0x41))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--who", nargs="+", choices=("root", "user"), default=["root", "user"])
    parser.add_argument("--rounds", type=int, default=10, help="kills at random moments")
    parser.add_argument("--without-tests", action="store_true", help="leave the Test command out")
    parser.add_argument("--only", help="cases whose name holds this word")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--command", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
