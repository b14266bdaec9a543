"""Transactions: the rows of the filter in a grid, with their count and sum, choice of columns and export."""

from __future__ import annotations

from typing import Any, cast

import dash_ag_grid
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.language import Translator
from layouts.attributes import aria, data
from layouts.filter_controls import filter_ids
from layouts.filter_controls import toolbar as controls_of
from layouts.icons import icon
from layouts.page import Page, PageContext
from layouts.waiting import busy_line, stale_line
from models.access import Permission
from models.messages import N_

GRID, DATA, COUNT, CHIPS, ZONE = (
    f"transactions-{part}" for part in ("grid", "data", "count", "chips", "zone")
)
NOTICES, EMPTY, FRAME, AGAIN = (f"transactions-{part}" for part in ("notices", "empty", "frame", "again"))
EXPORT, DRILL, STATUS, COLUMNS, JUMP, MEASURE = (
    f"transactions-{part}" for part in ("export", "drill", "status", "columns", "jump", "measure")
)
FILTER = filter_ids("transactions-filter")

_COLUMNS: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("id", N_("Transaction"), 150, {"cellRenderer": "IdCell"}),
    ("time", N_("Time"), 152, {"cellRenderer": "TimeCell", "field": "clock", "sortable": True}),
    ("customer", N_("Customer"), 112, {"cellRenderer": "CustomerCell"}),
    ("merchant", N_("Merchant"), 128, {"cellRenderer": "MerchantCell"}),
    ("category", N_("Category"), 98, {}),
    ("channel", N_("Channel"), 100, {}),
    ("country", N_("Country"), 68, {}),
    ("amount", N_("Amount"), 96, {"type": "rightAligned", "sortable": True}),
    ("score", N_("Score"), 104, {"cellRenderer": "ScoreCell", "type": "rightAligned", "sortable": True}),
    ("decision", N_("Decision"), 88, {"cellRenderer": "DecisionCell"}),
    ("label", N_("Label"), 86, {"cellRenderer": "LabelCell"}),
    ("alert", N_("Alert"), 62, {"cellRenderer": "AlertCell"}),
)
_HIDDEN: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("payment", N_("Method"), 95, {}),
    ("bank", N_("Bank"), 100, {}),
    ("base", N_("Amount in base currency"), 120, {"type": "rightAligned"}),
    ("type", N_("Type"), 110, {}),
    ("fraud_type", N_("Kind of fraud"), 130, {}),
    ("anomaly", N_("Anomaly"), 100, {}),
    ("city", N_("City"), 120, {}),
    ("card", N_("Card"), 140, {}),
    ("device", N_("Device"), 120, {}),
    ("model", N_("Model"), 110, {}),
)


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    t = context.t
    content = html.Div(
        [
            busy_line(N_("reading transactions"), t),
            _head(context),
            html.Div(id=NOTICES, className="notices"),
            html.Div(id=DRILL, className="drill-notice", role="status"),
            stale_line(AGAIN, t),
            html.Div(id=EMPTY, className="page-empty"),
            html.Div(_grid(t), className="grid-of-rows"),
            html.Div([html.Span(id=STATUS, className="num"), _jump(t), _keys(t)], className="status-line"),
            dcc.Store(id=DATA),
        ],
        className="list-page",
        **data(asks=DATA),
    )
    return html.Div(content, id=FRAME, className="list-frame")


def _head(context: PageContext) -> Component:
    t = context.t
    columns = html.Details(
        [
            html.Summary(
                [icon("layout-three-columns"), html.Span(t(N_("Columns")))], className="button button-quiet"
            ),
            html.Div(id=COLUMNS, className="menu column-menu"),
        ],
        className="menu-of",
    )
    export = html.Details(
        [
            html.Summary([icon("download"), html.Span(t(N_("Export")))], className="button button-secondary"),
            html.Div(id=EXPORT, className="menu"),
        ],
        className="menu-of",
    )
    may_export = context.person.may(Permission.EXPORT)
    return html.Div(
        [
            html.H1(t(PAGE.name), className="page-title"),
            html.Div(id=CHIPS, className="page-beside"),
            html.Div(
                [
                    html.Div(id=ZONE, className="page-facts"),
                    html.Div(id=COUNT, className="num row-count"),
                    html.Div(
                        id=MEASURE, className="segmented", role="group", **aria(label=t(N_("Compared by")))
                    ),
                    columns,
                    export if may_export else html.Div(html.Div(id=EXPORT), hidden=True),
                ],
                className="page-actions",
            ),
        ],
        className="page-head",
    )


def _grid(t: Translator) -> Component:
    columns = [_column(t, *each) for each in _COLUMNS] + [
        _column(t, *each, is_hidden=True) for each in _HIDDEN
    ]
    grid = dash_ag_grid.AgGrid(
        id=GRID,
        columnDefs=columns,
        defaultColDef={
            "sortable": False,
            "sortingOrder": ["desc", "asc"],
            "resizable": True,
            "suppressHeaderMenuButton": True,
            "minWidth": 50,
        },
        rowModelType="infinite",
        getRowId="params.data.key",
        dashGridOptions={
            # The theme as it comes: its variables are ours (32_rows.css), so that its style has one hash.
            "theme": {"function": "themeQuartz"},
            "rowHeight": 28,
            "headerHeight": 32,
            # The component asks once by itself and is never answered: that request keeps one place for ever.
            "maxConcurrentDatasourceRequests": 8,
            "cacheBlockSize": 100,
            "maxBlocksInCache": 20,
            "infiniteInitialRowCount": 1,
            "suppressCellFocus": False,
            "enableCellTextSelection": True,
            "animateRows": False,
            "suppressMultiSort": True,
            "tooltipShowDelay": 500,
            "suppressNoRowsOverlay": True,
        },
        className="rows-grid",
        style={"width": "100%", "height": "100%"},
    )
    return cast("Component", grid)


def _column(
    t: Translator, name: str, label: str, width: int, more: dict[str, Any], *, is_hidden: bool = False
) -> dict[str, Any]:
    return {
        "colId": name,
        "field": name,
        "headerName": t(label),
        "width": width,
        "tooltipField": name,
        **({"hide": True} if is_hidden else {}),
        **more,
    }


def _jump(t: Translator) -> Component:
    """Draw the way to a day, an amount or a score, as the rows are ordered; the browser draws its field."""
    words = {"go": t(N_("Go to")), "from": t(N_("from {value} on")), "start": t(N_("From the start"))}
    return html.Div(id=JUMP, className="row-jump", **data(**words))


def _keys(t: Translator) -> Component:
    return html.Span(
        [html.Kbd("↑"), html.Kbd("↓"), t(N_("move")), html.Kbd(t(N_("Enter"))), t(N_("open"))],
        className="key-hints",
        **aria(hidden="true"),
    )


def toolbar(context: PageContext) -> Component:
    """Draw the controls of the filter."""
    return controls_of(FILTER, context.t)


PAGE = Page(
    slug="transactions",
    path="/transactions",
    name=N_("Transactions"),
    icon="table",
    permission=Permission.VIEW_DASHBOARDS,
    layout=layout,
    toolbar=toolbar,
    shares_filter=True,
)
