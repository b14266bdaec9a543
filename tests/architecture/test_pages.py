"""Every page renders for every role in both languages, and its ids are constants that exist once."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

import pytest
from dash import html
from dash.development.base_component import Component
from plotly.utils import PlotlyJSONEncoder
from sqlalchemy import update

from callbacks.interface import Interface
from dashboard.language import LANGUAGES, catalogue
from layouts import shell
from layouts.page import Page, PageContext
from layouts.pages import PAGES
from models.access import ROLE_PERMISSIONS, Permission, Person, Role
from models.users import User
from tests.architecture.source import ROOT, sources
from tests.architecture.test_access_matrix import body_of, server_callbacks
from tests.factories import make_transaction
from tests.visitors import Visitors

ROLES_AND_LANGUAGES: Final = [pytest.param(*each, id="-".join(each)) for each in product(Role, LANGUAGES)]
EVERY_PAGE: Final = [pytest.param(page, id=page.slug) for page in PAGES.values()]
IN_TEMPLATES: Final = re.compile(r'\bid="([\w-]+)"')
IN_SCRIPTS: Final = re.compile(r'getElementById\("([\w-]+)"\)')
DEPENDENCIES: Final = {"Input", "Output", "State"}
SHOWN: Final = ("children", "title", "aria-label", "placeholder", "alt", "label")


def context(role: Role = Role.ADMIN, language: str = "en") -> PageContext:
    person = Person(1, "ana", "Ana Lima", role, ("north",), language, "system")
    return PageContext(person, language, "", datetime(2026, 3, 2, 9, tzinfo=UTC))


def drawn(page: Page, asked: PageContext) -> list[Component]:
    """All that stands in a browser on a page: the frame, the page, its tools."""
    parts = [shell.shell(asked, PAGES.values()), page.drawn(asked)]
    return parts + ([page.toolbar(asked)] if page.toolbar else [])


def plain(component: object) -> Any:
    return json.loads(json.dumps(component, cls=PlotlyJSONEncoder))


def values_of(tree: Any, name: str) -> Iterator[Any]:
    """Every property of that name, anywhere in what a browser would be sent."""
    if isinstance(tree, dict):
        if name in tree:
            yield tree[name]
        for inner in tree.values():
            yield from values_of(inner, name)
    elif isinstance(tree, list):
        for inner in tree:
            yield from values_of(inner, name)


def shown(tree: Any) -> Iterator[str]:
    """What a person reads or is read: text between tags, titles, labels for readers of the screen."""
    for name in SHOWN:
        for value in values_of(tree, name):
            yield from (
                each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)
            )


def ids_on(page: Page) -> list[str]:
    return [str(found) for found in values_of(plain(drawn(page, context())), "id")]


def known_ids() -> set[str]:
    return {found for page in PAGES.values() for found in ids_on(page)}


def named_by(entry: dict[str, Any]) -> Iterator[str]:
    """The ids that a registered callback listens to, reads, writes, or changes while it runs."""
    for kind in ("inputs", "state"):
        yield from (str(each["id"]) for each in entry[kind])
    for part in entry["output"].strip(".").split("..."):
        yield part.rsplit(".", 1)[0]
    for end in ("running", "runningOff"):
        yield from (str(found) for found in values_of(plain((entry.get("running") or {}).get(end)), "id"))


def test_there_are_pages() -> None:
    assert PAGES
    assert all(path == page.path for path, page in PAGES.items())
    assert len({page.slug for page in PAGES.values()}) == len(PAGES)


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_an_id_stands_once_on_a_page(page: Page) -> None:
    doubled = sorted(name for name, times in Counter(ids_on(page)).items() if times > 1)
    assert ids_on(page)
    assert not doubled, f"doubled-id: {doubled}"


def test_callbacks_name_ids_that_exist(application: Interface) -> None:
    known = known_ids()
    unknown = {
        f"{name} ({entry['output'][:40]})"
        for entry in application.registered
        for name in named_by(entry)
        if name not in known
    }
    assert application.registered
    assert not unknown, f"unknown-id: {sorted(unknown)}"


def test_scripts_name_ids_that_exist() -> None:
    known = known_ids()
    for template in (ROOT / "dashboard/web/templates").glob("*.html"):
        known |= set(IN_TEMPLATES.findall(template.read_text(encoding="utf-8")))
    scripts = [*(ROOT / "assets").glob("*.js"), *(ROOT / "assets/public").glob("*.js")]
    named = {name for path in scripts for name in IN_SCRIPTS.findall(path.read_text(encoding="utf-8"))}
    assert named
    assert not named - known, f"unknown-id: {sorted(named - known)}"


def test_ids_are_constants_beside_their_layout() -> None:
    """A literal id is one that a callback, a script or a test would have to spell a second time."""
    literal = [
        source.at(keyword.value)
        for source in sources("layouts")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "id" and isinstance(keyword.value, ast.Constant | ast.JoinedStr)
    ]
    literal += [
        source.at(node)
        for source in sources("callbacks")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in DEPENDENCIES
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert not literal, f"id-constant: {literal}"


@pytest.mark.parametrize(("role", "language"), ROLES_AND_LANGUAGES)
@pytest.mark.parametrize("page", EVERY_PAGE)
def test_a_page_is_drawn_for_every_role_and_language(page: Page, role: Role, language: str) -> None:
    sent = plain(drawn(page, context(role, language)))
    assert list(shown(sent))


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_a_french_page_holds_no_english(page: Page) -> None:
    """A marked sentence that nobody translates would stand there in English."""
    french = {english for english, text in catalogue("fr").items() if english != text}
    said = set(shown(plain(drawn(page, context(language="fr")))))
    assert not french & said, f"untranslated: {sorted(french & said)}"


@pytest.mark.parametrize(("role", "language"), ROLES_AND_LANGUAGES)
def test_a_signed_in_person_gets_every_page_that_the_role_opens(
    visitors: Visitors, role: Role, language: str
) -> None:
    visitors.db.execute(update(User).where(User.username == role.value).values(language=language))
    make_transaction(visitors.db, visitors.bank, is_fraud=True)
    make_transaction(visitors.db, visitors.bank, is_fraud=False)
    client = visitors.browser(role.value)
    answered = 0
    for page, entry in product(PAGES.values(), server_callbacks(visitors.app)):
        answer = client.post("/_dash-update-component", json=body_of(visitors.app, entry, page.path))
        if visitors.app.permissions[entry["output"]] not in ROLE_PERMISSIONS[role]:
            assert answer.status_code == 403
            continue
        assert answer.status_code in {200, 204}, f"{page.slug}: {entry['output'][:60]}: {answer.status_code}"
        assert "toast-failure" not in answer.text, f"{page.slug}: {answer.text[:300]}"
        answered += answer.status_code == 200
    assert answered >= len(PAGES)


@pytest.mark.parametrize("role", Role)
def test_a_page_is_closed_to_roles_without_its_permission(
    monkeypatch: pytest.MonkeyPatch, visitors: Visitors, role: Role
) -> None:
    def secret(_context: PageContext) -> Component:
        return html.Div("secret")

    closed = Page("closed", "/closed", "Closed", "bank", Permission.MANAGE_USERS, secret)
    monkeypatch.setitem(PAGES, closed.path, closed)
    entry = next(e for e in server_callbacks(visitors.app) if e["output"].startswith(f"..{shell.PAGE}."))
    client = visitors.browser(role.value)
    answer = client.post("/_dash-update-component", json=body_of(visitors.app, entry, closed.path))
    assert ("secret" in answer.text) is (role is Role.ADMIN)
