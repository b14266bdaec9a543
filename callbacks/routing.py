"""Draws the page of an address into the frame."""

from __future__ import annotations

from dash import Input, Output, State
from dash.development.base_component import Component

from callbacks.interface import Interface
from callbacks.registrar import SHELL, PageCallbacks, context
from dashboard.web.signed_in import settings
from layouts import shell
from layouts.page import Page, PageContext
from layouts.pages import PAGES


def register(app: Interface) -> None:
    """Register the router, and what hands the address on to the page that stands there."""
    callbacks = PageCallbacks(app, SHELL)
    callbacks.callback(
        Output(shell.PAGE, "children"),
        Output(shell.TOOLBAR, "children"),
        Input(shell.URL, "pathname"),
        State(shell.URL, "search"),
    )(show_page)
    callbacks.clientside(
        "hand",
        Output(shell.FRAME, "data-asked"),
        Input(shell.URL, "search"),
        Input(shell.PAGE, "children"),
        State(shell.URL, "pathname"),
    )


def show_page(pathname: str | None, search: str | None) -> tuple[Component, list[Component]]:
    """The page at an address and its tools in the top bar.

    Without tools it is an empty list: of nothing, Dash would keep in mind where the former tools stood.
    """
    asked = context(search)
    page = PAGES.get(own_path(pathname))
    if page is None or not asked.person.may(page.permission):
        return refusal(asked, page), []
    return page.drawn(asked, pathname or "/"), [page.toolbar(asked)] if page.toolbar else []


def own_path(pathname: str | None) -> str:
    """The path below our base path, without a slash at its end."""
    below = (pathname or "/").removeprefix(settings().base_path.rstrip("/"))
    return f"/{below.strip('/')}"


def refusal(asked: PageContext, page: Page | None) -> Component:
    """What stands where no page is, or none for this person."""
    t = asked.t
    if page is None:
        return shell.notice(t("Nothing here"), t("There is nothing at this address."))
    return shell.notice(t(page.name), t("Your role does not allow this."))
