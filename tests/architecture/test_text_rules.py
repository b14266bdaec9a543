"""Words for people are marked, translated, and complete in French."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from functools import lru_cache

from babel.messages.pofile import read_po

from tests.architecture.source import PRODUCT, ROOT, Source, sources

SHOWN = {"children", "title", "label", "placeholder", "aria-label", "alt", "summary"}
TRANSLATES = {"t", "N_", "Message"}
WORDS = re.compile(r"[A-Za-zÀ-ÿ]{2}")
KEPT_AS_THEY_ARE = {"Vigie", "Français", "English"}


IN_A_TEMPLATE = re.compile(r"""\bt\(\s*("[^"]*"|'[^']*')""")


def translations() -> list[tuple[str, str, str]]:
    """Every sentence of every catalogue: the file's name, the English, the French."""
    found = []
    for path in sorted((ROOT / "dashboard/translations/fr").glob("*.po")):
        with path.open("rb") as file:
            entries = [m for m in read_po(file) if isinstance(m.id, str) and m.id]
        found += [(path.name, str(m.id), str(m.string)) for m in entries]
    return found


def french() -> dict[str, str]:
    return {english: text for _, english, text in translations()}


def msgids(source: Source) -> set[str]:
    """The English sentences that a file marks: `t("…")`, `N_("…")`, `Message("…")`."""
    firsts = (
        node.args[0]
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and node.args and _called(node) in TRANSLATES
    )
    return {
        first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str)
    }


@lru_cache(maxsize=1)
def marked() -> frozenset[str]:
    """Every English sentence of the product, server-rendered templates included."""
    found = {m for s in sources(*PRODUCT) for m in msgids(s)}
    for template in sorted((ROOT / "dashboard/web/templates").glob("*.html")):
        said = IN_A_TEMPLATE.findall(template.read_text(encoding="utf-8"))
        found |= {quoted[1:-1] for quoted in said}
    return frozenset(found - KEPT_AS_THEY_ARE)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def test_every_sentence_has_its_french() -> None:
    worded = {english for english in marked() if WORDS.search(english)}
    missing = sorted(worded - {english for english, text in french().items() if text})
    assert not missing, f"french-complete: {missing}"


def test_no_french_outlives_its_sentence() -> None:
    unused = sorted((name, english) for name, english, _ in translations() if english not in marked())
    assert not unused, f"french-unused: {unused}"


def test_a_sentence_is_translated_in_one_catalogue() -> None:
    counted = Counter(english for _, english, _ in translations())
    doubled = sorted((name, english) for name, english, _ in translations() if counted[english] > 1)
    assert not doubled, f"french-doubled: {doubled}"


def test_mistakes_are_told_in_marked_sentences() -> None:
    """A `UserError` with a bare literal would be read in English by everybody."""
    ours = _mistakes()
    found = [
        source.at(node)
        for source in sources(*PRODUCT)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and _called(node) in ours
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr | ast.BinOp)
    ]
    assert not found, f"unmarked-sentence: {found}"


def _mistakes() -> set[str]:
    """`UserError` and every class made from it, by name."""
    classes = [n for s in sources(*PRODUCT) for n in ast.walk(s.tree) if isinstance(n, ast.ClassDef)]
    known = {"UserError"}
    while more := {
        each.name
        for each in classes
        if each.name not in known and any(isinstance(b, ast.Name) and b.id in known for b in each.bases)
    }:
        known |= more
    return known


def test_french_fills_the_same_parameters() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    wrong = [english for _, english, text in translations() if text and names(english) != names(text)]
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
