"""A sheet of figures and panels under the shared filter: ids, skeleton, and the parts of its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypedDict

import orjson
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Figure, Words
from dashboard.emptiness import Emptiness
from dashboard.language import Translator, translate
from dashboard.marks import Marks
from dashboard.overview.series import Series
from dashboard.overview.slices import Ranking
from dashboard.periods import STALE_AFTER
from dashboard.seen import Seen
from layouts.attributes import aria, data
from layouts.filter_controls import FilterIds, canonical, controls, filter_ids
from layouts.filter_controls import toolbar as controls_of
from layouts.icons import icon
from layouts.nothing import nothing
from layouts.page import PageContext
from layouts.panels import PanelIds, PanelText, foot, head, panel, panel_ids
from layouts.tiles import skeletons
from layouts.waiting import busy_line, stale_line
from models.messages import N_

_CONTROLS = ("range_label", "range_menu", "bank_label", "bank_menu", "since", "until", "chips", "zone")
FEWEST_STEPS: Final = 3
"""Points from which on a line over time tells more than its own figures."""

_OF_COMPARING = ("comparison_label", "comparison_menu", "measure")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The ids of a sheet's changing parts; `panels` have charts, `tables` only rows.

    The Overview alone `compares` two periods, and switches its rates between counts and amounts.
    """

    slug: str
    filter: FilterIds
    panels: Mapping[str, PanelIds]
    tables: Mapping[str, PanelIds]
    tiles: int
    compares: bool = False

    @property
    def look(self) -> str:
        """Return the classes of the sheet's grid."""
        return self.slug if self.compares else f"overview sheet {self.slug}"

    def part(self, name: str) -> str:
        """Return the id of one of the sheet's own parts."""
        return f"{self.slug}-{name}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel's chart or table, with what is said around it; words stand where there is neither."""

    text: PanelText
    figure: Figure | None = None
    table: Component | None = None


class Parts(TypedDict):
    """What a page's answer shows beside its controls."""

    tiles: list[Component]
    drawn: dict[str, Drawn]
    marks: dict[str, Marks]


def no_parts() -> Parts:
    """Return what a page shows where there is no answer."""
    return Parts(tiles=[], drawn={}, marks={})


def sheet(
    slug: str, *, panels: Sequence[str], tiles: int, tables: Sequence[str] = (), compares: bool = False
) -> Sheet:
    """Return a sheet; its slug has no hyphen, for the browser reads a panel's name behind the first one."""
    return Sheet(
        slug,
        filter_ids(f"{slug}-filter"),
        {name: panel_ids(slug, name) for name in panels},
        {name: panel_ids(slug, name) for name in tables},
        tiles,
        compares,
    )


def draw(it: Sheet, context: PageContext, title: str, *, beside: Component | None = None) -> Component:
    """Draw a sheet with skeletons where its answer will stand."""
    t = context.t
    page_head = html.Div(
        [
            html.H1(t(title), className="page-title"),
            html.Div(
                [*([beside] if beside else []), html.Div(id=it.part("chips"), className="page-chips")],
                className="page-beside",
            ),
            html.Div(
                [
                    html.Div(id=it.part("zone"), className="page-facts"),
                    *([_switch(it, t)] if it.compares else []),
                ],
                className="page-actions",
            ),
        ],
        className="page-head",
    )
    boxes = [
        *(panel(ids, _box(it, name), t) for name, ids in it.panels.items()),
        *(_table_box(ids, _box(it, name)) for name, ids in it.tables.items()),
    ]
    tiles = html.Div(
        skeletons(it.tiles), id=it.part("tiles"), className="tiles" if it.compares else "tiles sheet-tiles"
    )
    content = html.Div(
        [
            busy_line(N_("reading transactions"), t),
            page_head,
            html.Div(id=it.part("notices"), className="notices"),
            stale_line(it.part("again"), t),
            html.Div(id=it.part("empty"), className="page-empty"),
            html.Div([tiles, *boxes], id=it.part("grid"), className=f"{it.look} is-loading"),
            dcc.Store(id=it.part("charts")),
        ],
        className="overview-page",
        **data(asks=it.part("charts")),
    )
    return html.Div(content, className="sheet-page")


def toolbar(it: Sheet, context: PageContext) -> Component:
    """Draw the controls of the filter, filled by the sheet's answer."""
    return controls_of(it.filter, context.t, compares=it.compares)


def _switch(it: Sheet, t: Translator) -> Component:
    return html.Div(id=it.part("measure"), className="segmented", role="group", **aria(label=t(N_("Rates"))))


def _box(it: Sheet, name: str) -> str:
    return f"panel-{name}" if it.compares else f"sheet-{name}"


def _table_box(ids: PanelIds, class_name: str) -> Component:
    return html.Section(
        [
            html.Div(html.Div(className="skeleton-head"), id=ids.head, className="panel-head"),
            html.Div(id=ids.graph, className="sheet-table"),
            html.P(id=ids.foot, className="panel-foot num"),
        ],
        id=ids.box,
        className=f"panel {class_name}",
    )


def answer(
    it: Sheet,
    seen: Seen,
    words: Words,
    *,
    path: str,
    asked: str,
    tiles: Sequence[Component],
    drawn: Mapping[str, Drawn],
    marks: Mapping[str, Marks] = MappingProxyType({}),
    notices: Sequence[str] = (),
    why_empty: Emptiness | None = None,
) -> dict[str, Any]:
    """Return every changing part by the name of its output; without `drawn` it says why it is empty."""
    given = controls(seen.filters, seen.view, seen.banks, words, path)
    names = (*_CONTROLS, *_OF_COMPARING) if it.compares else _CONTROLS
    parts: dict[str, Any] = {name: given[name] for name in names} | {
        "grid": it.look if drawn else f"{it.look} is-empty",
        "empty": [] if drawn else nothing(seen, why_empty, words, path),
        "tiles": list(tiles),
        "notices": [
            *(_notice("exclamation-triangle", translate(each, words.locale)) for each in seen.problems),
            *(_notice("info-circle", each) for each in notices),
        ],
    }
    for name in (*it.panels, *it.tables):
        one = drawn.get(name)
        parts[f"head_{name}"] = head(one.text) if one else []
        parts[f"foot_{name}"] = foot(one.text) if one else []
    for name in it.tables:
        parts[f"rows_{name}"] = table if name in drawn and (table := drawn[name].table) else []
    figures = orjson.dumps({name: drawn[name].figure for name in it.panels if name in drawn}).decode()
    return parts | {
        "charts": {
            "asked": asked,
            "query": canonical(seen.filters, seen.view),
            "figures": figures,
            "marks": orjson.dumps({name: marks[name] for name in drawn if name in marks}).decode(),
        }
    }


def footer(seen: Seen, query_ms: float, words: Words, *first: str) -> list[str]:
    """Return a panel's facts: what it counts, how old the data are, how long the question took."""
    view = seen.view
    facts = [*first]
    if view is not None and view.newest is not None:
        age = view.now - view.newest
        if age < STALE_AFTER:
            facts.append(words.say(N_("data {age} old"), age=f.age(age, words.locale)))
        else:
            day = f.day(view.newest.date(), words.locale, year=True)
            facts.append(words.say(N_("data up to {day}"), day=day))
    return [*facts, f.duration_ms(query_ms, words.locale)]


def fact(
    label: str, value: str, *details: str | Component, hint: str = "", rows: str | None = None
) -> Component:
    """Draw a tile of one written figure with the lines that make it readable; `rows` leads to its rows."""
    named = label if rows is None else dcc.Link(label, href=rows, className="tile-link")
    return html.Div(
        [
            html.Div(named, className="tile-label", title=hint or label),
            html.Div(html.Span(value, className="tile-figure num"), className="tile-line"),
            *(
                html.Div(line, className="tile-detail num", title=line if isinstance(line, str) else None)
                for line in details
                if line
            ),
        ],
        className="tile",
    )


def unlabelled(labelled: int, words: Words) -> str | None:
    """Say that there are no labels to take a rate of; None where there are."""
    return None if labelled else words.say(N_("None of these payments has a label."))


def too_few(series: Series, labelled: int, words: Words) -> str | None:
    """Say why no rate can be drawn over time; None where one can."""
    if not labelled:
        return unlabelled(labelled, words)
    shown = sum(point.rate.estimate is not None and not point.rate.is_too_few for point in series.points)
    if not shown:
        return words.say(N_("No step of time has 30 labelled payments: choose a longer range."))
    # A range of two days has two steps: where both can be judged, nothing is missing.
    if shown >= min(FEWEST_STEPS, len(series.points)):
        return None
    return words.say(
        N_("Only {shown} of {steps} steps of time have 30 labelled payments: choose a longer range."),
        shown=shown,
        steps=len(series.points),
    )


def none_certain(ranking: Ranking, words: Words) -> str | None:
    """Say why no rate of a ranking can be drawn; None where one can."""
    if not ranking.whole.trials:
        return unlabelled(0, words)
    if any(each.rate.estimate and not each.rate.is_too_few for each in ranking.slices):
        return None
    return words.say(N_("No group here has 30 labelled payments: choose a longer range or fewer filters."))


def _notice(name: str, text: str) -> Component:
    return html.Div([icon(name), html.Span(text)], className="notice")
