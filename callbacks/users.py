"""The Users page: the address asks who is shown and who is looked at closely."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State

from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from dashboard import clock
from dashboard.administration.people import people
from dashboard.charts.figure import Words
from dashboard.language import translator
from layouts import shell
from layouts import users_answer as answer
from layouts.pages import users as page

OUTPUTS = {
    "list": Output(page.LIST, "children"),
    "detail": Output(page.DETAIL, "children"),
    "filters": Output(page.FILTERS, "children"),
    "create": Output(page.CREATE, "children"),
}


def register(app: Interface) -> None:
    """Register the page's callback."""
    PageCallbacks(app, page.PAGE).callback(
        OUTPUTS,
        Input(page.PAGE.asked, "data"),
        Input(page.ACTED, "data"),
        Input(page.AGAIN, "n_clicks"),
        State(shell.URL, "pathname"),
    )(show)


def show(search: str | None, _acted: Any, _again: int | None, pathname: str | None) -> dict[str, Any]:
    """Answer the address."""
    found, words = people(person().user_id, search or "", now=clock.now()), spoken()
    return {
        "list": answer.listed(found, words, pathname or "/"),
        "detail": answer.detailed(found, words, pathname or "/"),
        "filters": answer.filters(found, words),
        "create": answer.new_person(found, words),
    }


def spoken() -> Words:
    """Return the reader's language."""
    return Words(locale(), translator(locale()))
