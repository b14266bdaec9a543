"""The documents say what is there: dependencies, decisions, proofs."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tests.architecture.source import ROOT, tracked_files
from tests.proofs.two_commands import command_of

NAMED_FILE = re.compile(r"`([\w./-]+\.(?:py|md|css|js|sql|txt|toml))`|`([\w.-]+/[\w./-]*)`")
MADE_LATER = (
    "server.json",
    "demo-logins.txt",
    "postgres/",
    "secrets/",
    "cache/",
    "rejects/",
    "uploads/",
    "VIGIE_HOME/",
    "/var/lib/vigie/",
    ".down.sql",
)
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)")


def pinned(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line.strip() and not line.lstrip().startswith(("#", "-r"))]
    loose = [line for line in wanted if not PIN.match(line)]
    assert not loose, f"pinned-dependencies: {name}: {loose}"
    return [m[1].lower() for line in wanted if (m := PIN.match(line))]


def test_every_dependency_is_pinned_and_explained() -> None:
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").lower()
    named = {word.rstrip(".") for word in re.split(r"[|,\s]+", page)}
    missing = [
        d for name in ("requirements.txt", "requirements-dev.txt") for d in pinned(name) if d not in named
    ]
    assert not missing, f"explained-dependencies: {missing}"


def test_every_dependency_that_is_explained_is_pinned() -> None:
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    named = {name.strip().lower() for cell in cells for name in cell.split(",")} - {"package"}
    gone = sorted(named - {*pinned("requirements.txt"), *pinned("requirements-dev.txt")})
    assert not gone, f"explained-dependencies: {gone} are not installed"


def test_files_that_documents_name_exist() -> None:
    """By their path from the root, or by their name alone where the paragraph has said the folder."""
    files = set(tracked_files())
    known = files | {name.rsplit("/", 1)[-1] for name in files}
    folders = {f"{parent}/" for name in files for parent in PurePosixPath(name).parents}
    unknown = sorted(
        f"{page.relative_to(ROOT)}: {name}"
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        for pair in NAMED_FILE.findall(page.read_text(encoding="utf-8"))
        for name in [pair[0] or pair[1]]
        if name not in known
        and not any(f"{place}{name.rstrip('/')}/" in folders for place in ("", "tests/", "docs/"))
        and f"docs/{name}" not in files
        and not name.startswith(MADE_LATER)
        and "NNN" not in name
    )
    assert not unknown, f"unknown-file: {unknown}"


def test_documents_have_no_gaps() -> None:
    gap = re.compile(r"MEASURED_|\bTODO\b|\bTBD\b|\bFIXME\b|\bXXX\b")
    found = [
        f"{name}:{number}"
        for name in tracked_files()
        if name.endswith(".md")
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if gap.search(line)
    ]
    assert not found, f"gap-in-a-document: {found}"


def test_links_between_documents_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    ]
    broken = [f"{page.relative_to(ROOT)} -> {t}" for page, t in links if not (page.parent / t).exists()]
    assert not broken, f"broken-link: {broken}"


def test_the_checks_of_every_change_run_the_readmes_lines() -> None:
    """One line to paste below each heading, which `.ci/run` takes from there by its beginning."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    for heading, end in (("Run", "python app.py"), ("Test", "python -m pytest -q -n auto --dist loadfile")):
        below = readme.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        lines = [line for line in below.splitlines() if line.startswith("python3")]
        assert lines == [command_of(heading)], f"readme-commands: {heading}"
        assert lines[0].startswith("python3 -m venv .venv && "), f"readme-commands: {heading}"
        assert lines[0].endswith(f"/{end}"), f"readme-commands: {heading}"
    assert 'sed -n "/^## $1\\$/,/^## /{/^python3/p}" README.md' in script, "readme-commands: .ci/run"
    assert 'bash -c "$(command_of Test)"' in script, "readme-commands: .ci/run"
    assert "export VIGIE_REQUIRE_ALL=1" in script, "readme-commands: .ci/run skips what is not there"


def test_make_says_what_each_of_its_targets_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE)
    told = re.findall(r"^([a-z][a-z-]*):.*## \S", makefile, re.MULTILINE)
    assert told == targets, f"make-help: {sorted(set(targets) - set(told))}"


def test_the_packages_that_were_asked_for_are_installed() -> None:
    asked = {
        "dash", "plotly", "dash-bootstrap-components", "sqlalchemy", "psycopg2-binary", "pymongo", "pandas",
        "flask-login", "pytest",
    }  # fmt: skip
    assert asked <= set(pinned("requirements.txt")), "asked-dependencies"
