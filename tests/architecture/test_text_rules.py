"""Words for people are marked, translated, and complete in French."""

from __future__ import annotations

import ast
import re
import string

from babel.messages.pofile import read_po

from tests.architecture.source import PRODUCT, ROOT, Source, sources

SHOWN = {"children", "title", "label", "placeholder", "aria-label", "alt", "summary"}
TRANSLATES = {"t", "N_", "Message"}
WORDS = re.compile(r"[A-Za-zÀ-ÿ]{2}")
KEPT_AS_THEY_ARE = {"Vigie", "Français", "English"}


def french() -> dict[str, str]:
    known: dict[str, str] = {}
    for path in sorted((ROOT / "dashboard/translations/fr").glob("*.po")):
        with path.open("rb") as file:
            known.update({str(m.id): str(m.string) for m in read_po(file) if m.id and isinstance(m.id, str)})
    return known


def msgids(source: Source) -> set[str]:
    """The English sentences that a file marks: `t("…")`, `N_("…")`, `Message("…")`, `raise …Error("…")`."""
    found = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in TRANSLATES and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found - KEPT_AS_THEY_ARE


def test_every_sentence_has_its_french() -> None:
    known = french()
    missing = sorted(
        {m for s in sources(*PRODUCT) for m in msgids(s) if WORDS.search(m)}
        - {k for k, v in known.items() if v}
    )
    assert not missing, f"french-complete: {missing}"


def test_french_fills_the_same_parameters() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    wrong = [msgid for msgid, text in french().items() if text and names(msgid) != names(text)]
    assert not wrong, f"french-parameters: {wrong}"


def test_pages_show_no_bare_literal() -> None:
    found = []
    for source in sources("layouts", "callbacks"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                found += [source.at(a) for a in _shown(node) if _is_bare(a)]
    assert not found, f"bare-literal: {found}"


def _shown(call: ast.Call) -> list[ast.expr]:
    shown = [k.value for k in call.keywords if k.arg in SHOWN]
    is_component = (
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"html", "dcc", "dbc"}
    )
    if is_component and call.args:
        first = call.args[0]
        shown += first.elts if isinstance(first, ast.List | ast.Tuple) else [first]
    return shown


def _is_bare(node: ast.expr) -> bool:
    if isinstance(node, ast.List | ast.Tuple):
        return any(_is_bare(item) for item in node.elts)
    if isinstance(node, ast.JoinedStr):
        return any(_is_bare(part) for part in node.values)
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(WORDS.search(node.value))
        and node.value not in KEPT_AS_THEY_ARE
    )
