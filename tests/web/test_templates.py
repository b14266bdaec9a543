"""The server-rendered pages: every sentence has its French, nothing is inline that the policy would block."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.language import catalogue
from dashboard.web import server

TEMPLATES = sorted((Path(server.__file__).parent / "templates").glob("*.html"))
SENTENCE = re.compile(r"""\bt\(\s*(?:"([^"]+)"|'([^']+)')""")
ROOT = Path(server.__file__).resolve().parents[2]


def test_there_are_templates() -> None:
    assert len(TEMPLATES) >= 5


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_sentence_has_its_french(template: Path) -> None:
    found = {one or other for one, other in SENTENCE.findall(template.read_text(encoding="utf-8"))}
    missing = sorted(found - set(catalogue("fr")))
    assert not missing, f"french-complete: {missing}"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_stands_inline_that_the_policy_blocks(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.findall(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert not re.findall(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_words_stand_in_t(template: Path) -> None:
    text = re.sub(r"\{[%{#].*?[%}#]\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    words = re.findall(r">\s*([^<>{}]*[A-Za-zÀ-ÿ]{2}[^<>{}]*)<", text)
    assert {word.strip() for word in words} <= {"Vigie", "· Vigie"}


def test_every_french_sentence_of_the_web_is_used() -> None:
    from babel.messages.pofile import read_po

    from tests.architecture.source import sources

    said = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    said += "".join(source.text for source in sources("callbacks", "layouts", "dashboard", "database"))
    with (ROOT / "dashboard/translations/fr/web.po").open("rb") as file:
        unused = [str(entry.id) for entry in read_po(file) if entry.id and str(entry.id) not in said]
    assert not unused, f"unused-sentence: {unused}"
