"""High risk, two tabs: by score from the threshold on, and by what rates are certain to be high."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts import sheet
from layouts.attributes import aria
from layouts.page import Page, PageContext
from models.access import Permission
from models.messages import N_

BY_SCORE = sheet.sheet(
    "riskscore",
    panels=("scores", "counts", "precision", "category", "channel"),
    tables=("customers", "merchants", "bursts"),
    tiles=5,
)
BY_RATE = sheet.sheet("riskrate", panels=("curve",), tables=("holders", "merchants", "customers"), tiles=4)


def _score_layout(context: PageContext) -> Component:
    return sheet.draw(BY_SCORE, context, PAGE.name, beside=_tabs(context, PAGE))


def _rate_layout(context: PageContext) -> Component:
    return sheet.draw(BY_RATE, context, PAGE.name, beside=_tabs(context, RATES))


def _tabs(context: PageContext, current: Page) -> Component:
    query = f"?{context.query}" if context.query else ""
    tabs = ((PAGE, N_("By score")), (RATES, N_("By fraud rate")))
    return html.Nav(
        [
            dcc.Link(
                context.t(name),
                href=f"{page.path.removeprefix('/')}{query}",
                className="segment is-chosen" if page is current else "segment",
            )
            for page, name in tabs
        ],
        className="segmented",
        **aria(label=context.t(PAGE.name)),
    )


def _score_toolbar(context: PageContext) -> Component:
    return sheet.toolbar(BY_SCORE, context)


def _rate_toolbar(context: PageContext) -> Component:
    return sheet.toolbar(BY_RATE, context)


PAGE = Page(
    slug="high-risk",
    path="/high-risk",
    name=N_("High risk"),
    icon="exclamation-triangle",
    permission=Permission.VIEW_DASHBOARDS,
    layout=_score_layout,
    toolbar=_score_toolbar,
    shares_filter=True,
)
RATES = Page(
    slug="high-risk-rates",
    path="/high-risk-rates",
    name=N_("High risk"),
    icon="exclamation-triangle",
    permission=Permission.VIEW_DASHBOARDS,
    layout=_rate_layout,
    toolbar=_rate_toolbar,
    is_listed=False,
    shares_filter=True,
)
