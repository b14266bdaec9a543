"""The filter bar of a page: its ids, its controls without content, and their content from an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.filters import ALL_BANKS, Filters
from dashboard.language import Translator
from dashboard.view import BankFacts, View
from layouts import filter_bar
from layouts.attributes import data
from layouts.chips import chips
from layouts.filter_bar import popover
from layouts.icons import icon
from models.messages import N_


@dataclass(frozen=True, slots=True)
class FilterIds:
    """The ids of one page's filter bar."""

    range_label: str
    range_menu: str
    comparison_label: str
    comparison_menu: str
    bank_label: str
    bank_menu: str
    first_day: str
    last_day: str
    apply: str
    more: str


def filter_ids(page: str) -> FilterIds:
    """Return the ids of a page's filter bar."""
    return FilterIds(*(f"{page}-{field.name.replace('_', '-')}" for field in fields(FilterIds)))


def toolbar(ids: FilterIds, t: Translator, *, compares: bool = True) -> Component:
    """Draw the controls; the page's answer fills them."""
    range_control = popover(
        ids.range_label, ids.range_menu, "calendar3", t(N_("Time range")), _custom(ids, t)
    )
    comparison = popover(
        ids.comparison_label, ids.comparison_menu, "layout-three-columns", t(N_("Compared with"))
    )
    banks = popover(ids.bank_label, ids.bank_menu, "bank", t(N_("Banks")))
    return html.Div(
        [range_control, *([comparison] if compares else []), banks, _more(ids, t)], className="filter-bar"
    )


def _custom(ids: FilterIds, t: Translator) -> list[Component]:
    return [
        html.Div(
            [
                html.Label([t(N_("first day")), _day(ids.first_day)], className="field"),
                html.Label([t(N_("last day")), _day(ids.last_day)], className="field"),
                html.Button(t(N_("Apply")), id=ids.apply, className="button button-primary"),
            ],
            className="custom-range",
        )
    ]


def _day(name: str) -> Component:
    # The browser's own date field: its calendar, its keys, its language.
    day: Any = "date"
    return dcc.Input(id=name, type=day, className="day-input")


def _more(ids: FilterIds, t: Translator) -> Component:
    """Draw the list of everything else that may be filtered by; the browser fetches it when it opens."""
    return html.Details(
        [
            html.Summary(
                [icon("plus-lg"), html.Span(t(N_("Filter")), className="control-word")],
                className="control control-quiet",
                title=t(N_("More filters")),
            ),
            html.Div(
                html.P(t(N_("reading the values")), className="choice-hint"),
                id=ids.more,
                className="menu more-menu",
            ),
        ],
        className="menu-of filter-control more-filters",
        **data(more=""),
    )


def controls(
    filters: Filters, view: View | None, visible: Sequence[BankFacts], words: Words, path: str
) -> dict[str, Any]:
    """Return what stands in the controls of an answer, by the names of a page's outputs."""
    chosen = view.banks if view else ()
    filters = filter_bar.named(filters, tuple(sorted(bank.code for bank in chosen)) or filters.banks)
    if len(chosen) == len(visible) > 1:
        filters = filter_bar.named(filters, (ALL_BANKS,))
    measure = view.measure if view else filters.measure
    return {
        "range_label": filter_bar.range_label(filters.period, view, words),
        "range_menu": filter_bar.range_menu(path, filters, words),
        "comparison_label": filter_bar.comparison_label(filters.comparison, words),
        "comparison_menu": filter_bar.comparison_menu(path, filters, words),
        "bank_label": filter_bar.bank_label(chosen, visible, words),
        "bank_menu": filter_bar.bank_menu(path, filters, chosen, visible, words),
        "measure": filter_bar.measure_switch(path, filters, measure, words),
        "chips": chips(path, filters, words, view.currency if view else None),
        "zone": _zone(view, words),
        "since": view.span.first_day.isoformat() if view else None,
        "until": view.span.last_day.isoformat() if view else None,
    }


def canonical(filters: Filters, view: View | None) -> str:
    """Return the address that shows the same view to every reader: with the banks named."""
    if view is None or filters.banks == (ALL_BANKS,):
        return filters.to_query()
    return filter_bar.named(filters, tuple(sorted(bank.code for bank in view.banks))).to_query()


def _zone(view: View | None, words: Words) -> list[Component]:
    if view is None:
        return []
    parts: list[Component] = []
    if view.anchored is not None:
        end = f.day(view.anchored, words.locale, year=view.anchored.year != view.now.year)
        told = words.say(N_("The data end on {day}; ranges count from there."), day=end)
        parts.append(html.Span([icon("info-circle"), html.Span(told)], className="anchored"))
    several = words.say(N_("Days in UTC: the banks have different zones"))
    one = words.say(N_("Days in {zone}"), zone=view.zone)
    parts.append(html.Span(several if view.has_mixed_zones else one, className="zone"))
    return parts
