"""What a page says while its question runs, and when it was not answered."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.language import Translator
from layouts.attributes import data
from models.messages import N_


def busy_line(what: str, t: Translator) -> Component:
    """Draw what is done, seen after 2 s of it, and a way out of it, seen after 5 s."""
    stop = html.Button(
        t(N_("Cancel")), className="button button-secondary busy-stop", type="button", **data(stop="")
    )
    return html.Div([html.Span(t(what)), stop], className="busy-line")


def stale_line(again: str, t: Translator) -> Component:
    """Draw what is said when no answer came: whether an older one stands there, and another try.

    `again` is the id of the button.
    """
    return html.Div(
        [
            html.Span(
                t(N_("Not refreshed: what stands here is the last answer.")), className="when-answered"
            ),
            html.Span(t(N_("Not read: no answer came.")), className="when-unanswered"),
            html.Button(t(N_("Try again")), id=again, className="quiet-link"),
        ],
        className="stale-notice",
        role="status",
    )
