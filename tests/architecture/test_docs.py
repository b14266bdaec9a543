"""The documents say what is there: dependencies, decisions, proofs."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)")


def pinned(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line.strip() and not line.lstrip().startswith(("#", "-r"))]
    loose = [line for line in wanted if not PIN.match(line)]
    assert not loose, f"pinned-dependencies: {name}: {loose}"
    return [m[1].lower() for line in wanted if (m := PIN.match(line))]


def test_every_dependency_is_pinned_and_explained() -> None:
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").lower()
    named = set(re.split(r"[|,\s]+", page))
    missing = [
        d for name in ("requirements.txt", "requirements-dev.txt") for d in pinned(name) if d not in named
    ]
    assert not missing, f"explained-dependencies: {missing}"


def test_links_between_documents_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    ]
    broken = [f"{page.relative_to(ROOT)} -> {t}" for page, t in links if not (page.parent / t).exists()]
    assert not broken, f"broken-link: {broken}"
