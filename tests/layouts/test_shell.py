"""The frame: who sees which pages in the navigation, initials, failures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from dash import html

from dashboard.language import translator
from layouts import shell
from layouts.attributes import aria, data
from layouts.icons import icon
from layouts.page import Page, PageContext
from models.access import Permission, Person, Role

PERSON = Person(1, "ana", "Ana Lima", Role.VIEWER, ("north",), "en", "system")
CONTEXT = PageContext(PERSON, "en", "", datetime(2026, 3, 2, 9, tzinfo=UTC))


def page(name: str, permission: Permission, group: str | None = None) -> Page:
    return Page(name, f"/{name}", name, "bank", permission, lambda _: html.Div(), group=group)


PAGES = [
    page("first", Permission.VIEW_DASHBOARDS),
    page("second", Permission.DECIDE_ALERTS, "Triage"),
    page("third", Permission.VIEW_LOGS, "Admin"),
]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.VIEWER, ["first"]),
        (Role.ANALYST, ["first", "Triage", "second"]),
        (Role.ADMIN, ["first", "Triage", "second", "Admin", "third"]),
    ],
)
def test_the_navigation_shows_what_one_may_open(role: Role, sees: list[str]) -> None:
    drawn = str(shell.shell(replace(CONTEXT, person=replace(PERSON, role=role)), PAGES))
    for name in ("first", "Triage", "second", "Admin", "third"):
        assert (f"'{name}'" in drawn) is (name in sees), name


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Adèle Marchand", "AM"),
        ("Adèle de la Tour", "AT"),
        ("Jean-Luc Picard", "JP"),
        ("ana", "A"),
        ("", "?"),
        ("  ", "?"),
        ("(x)", "?"),
    ],
)
def test_initials_are_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert shell.initials(name) == letters


def test_a_failure_names_its_reference_only_when_there_is_one() -> None:
    t = translator("fr")
    assert "Référence 7Q2-MXKL" in str(shell.failure(t, "x", "7Q2-MXKL"))
    assert "Référence" not in str(shell.failure(t, "x"))


def test_an_icon_must_be_in_the_sprite() -> None:
    with pytest.raises(ValueError, match="not in"):
        icon("no-such-icon")


def test_attributes_are_spelled_as_html_does() -> None:
    assert aria(label="Close", haspopup="menu") == {"aria-label": "Close", "aria-haspopup": "menu"}
    assert data(sign_out="") == {"data-sign-out": ""}
