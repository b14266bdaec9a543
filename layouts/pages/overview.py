"""The Overview: figures, rate over time, when and where, and how amounts differ."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.language import Translator
from layouts.attributes import aria, data
from layouts.filter_controls import filter_ids
from layouts.filter_controls import toolbar as controls_of
from layouts.overview_panels import SLUGS
from layouts.page import Page, PageContext
from layouts.panels import PanelIds, panel, panel_ids
from layouts.tiles import skeletons
from models.access import Permission
from models.messages import N_

GRID, TILES, CHARTS, EMPTY, NOTICES = (
    f"overview-{part}" for part in ("grid", "tiles", "charts", "empty", "notices")
)
BUSY, AGAIN, ZONE, CHIPS, MEASURE = (
    f"overview-{part}" for part in ("busy", "again", "zone", "chips", "measure")
)
FILTER = filter_ids("filter")
PANELS: dict[str, PanelIds] = {slug: panel_ids("overview", slug) for slug in SLUGS}
FRESH = "overview-fresh"
AT_REST, WAITING = "overview-page", "overview-page is-busy"
_TILES = 7


def layout(context: PageContext) -> Component:
    """Draw the page with skeletons where its answer will stand."""
    t = context.t
    page_head = html.Div(
        [
            html.H1(t(PAGE.name), className="page-title"),
            html.Div(id=CHIPS, className="page-beside"),
            html.Div(
                [
                    html.Div(id=ZONE, className="page-facts"),
                    html.Div(id=MEASURE, className="segmented", role="group", **aria(label=t(N_("Rates")))),
                ],
                className="page-actions",
            ),
        ],
        className="page-head",
    )
    panels = [panel(PANELS[slug], f"panel-{slug}", t) for slug in SLUGS]
    content = html.Div(
        [
            page_head,
            html.Div(id=NOTICES, className="notices"),
            html.Div(_stale(t), className="stale-notice", role="status"),
            html.Div(id=EMPTY, className="page-empty"),
            html.Div(
                [html.Div(skeletons(_TILES), id=TILES, className="tiles"), *panels],
                id=GRID,
                className="overview is-loading",
            ),
            dcc.Store(id=CHARTS),
        ],
        id=BUSY,
        className=AT_REST,
        **data(waiting=t(N_("reading transactions"))),
    )
    return html.Div(content, id=FRESH)


def _stale(t: Translator) -> list[Component]:
    return [
        html.Span(t(N_("Not refreshed: what stands here is the last answer."))),
        html.Button(t(N_("Try again")), id=AGAIN, className="quiet-link"),
    ]


def toolbar(context: PageContext) -> Component:
    """Draw the controls of the filter, filled by the page's answer."""
    return controls_of(FILTER, context.t)


PAGE = Page(
    slug="overview",
    path="/",
    name=N_("Overview"),
    icon="grid-1x2",
    permission=Permission.VIEW_DASHBOARDS,
    layout=layout,
    toolbar=toolbar,
    shares_filter=True,
)
