"""What happens around the pages: the frame is drawn, errors are shown, the place in it is marked."""

from __future__ import annotations

from dash import Input, Output, html, set_props
from dash.development.base_component import Component

from callbacks.interface import Interface
from callbacks.registrar import SHELL, PageCallbacks, context, locale
from dashboard.language import translate, translator
from dashboard.web.errors import OURS, log_unexpected
from dashboard.web.signed_in import person_here, settings
from layouts import shell
from layouts.pages import PAGES
from models.errors import ForbiddenError, NotSignedInError, UserError


def register(app: Interface) -> None:
    """Register what runs in the browser alone."""
    callbacks = PageCallbacks(app, SHELL)
    callbacks.clientside("arrived", Output(shell.FRAME, "data-path"), Input(shell.URL, "pathname"))


def layout() -> Component:
    """The frame for the person of this request; without one, as at the start, nothing."""
    if person_here() is None:
        return html.Div()
    return shell.shell(context(), PAGES.values(), settings().base_path)


def show_error(error: Exception) -> None:
    """Show what a callback raised as a toast; who may not be here at all gets the bare status."""
    if isinstance(error, NotSignedInError | ForbiddenError):
        raise error
    t = translator(locale())
    if isinstance(error, UserError):
        toast = shell.failure(t, translate(error.message, locale()))
    else:
        toast = shell.failure(t, t(OURS), log_unexpected(error))
    set_props(shell.TOAST, {"children": toast})
