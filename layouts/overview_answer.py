"""The Overview's answer: every changing part of the page by the name of its output."""

from __future__ import annotations

from typing import Any

import orjson
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.language import translate, translator
from dashboard.overview import Overview
from dashboard.overview.ask import Answer
from dashboard.overview.marks import marks_of, tile_rows
from dashboard.periods import Preset
from layouts import filter_bar
from layouts.chips import chip_text
from layouts.filter_bar import address
from layouts.filter_controls import canonical, controls
from layouts.icons import icon
from layouts.overview_panels import SLUGS, panels_of
from layouts.panels import foot, head
from layouts.tiles import tile
from models.messages import N_


def answered(answer: Answer, locale: str, path: str, *, asked: str = "") -> dict[str, Any]:
    """Render an answer: controls, notices, tiles, panels and figures; `asked` is the address it answers."""
    words = Words(locale, translator(locale))
    found = answer.overview
    view = found.view if found else None
    parts = controls(answer.filters, view, answer.banks, words, path) | {
        "problems": _notices(answer, words),
        "is_empty": "overview is-empty" if found is None or not found.total.rows else "overview",
        "empty": _nothing(answer, words, path),
        "tiles": _tiles(found, words) if found else [],
    }
    panels = panels_of(found, words) if found and found.total.rows else {}
    for slug in SLUGS:
        drawn = panels.get(slug)
        parts[f"head_{slug}"] = head(drawn.text) if drawn else []
        parts[f"foot_{slug}"] = foot(drawn.text) if drawn else []
    # Written here, because Dash would look through every number of it first.
    figures = orjson.dumps({slug: drawn.figure for slug, drawn in panels.items()}).decode()
    marks = orjson.dumps(marks_of(found) if found and panels else {}).decode()
    query = canonical(answer.filters, view)
    return parts | {"charts": {"asked": asked, "query": query, "figures": figures, "marks": marks}}


def _tiles(found: Overview, words: Words) -> list[Component]:
    rows = tile_rows(found)
    return [tile(kpi, words, rows.get(kpi.metric.slug)) for kpi in found.kpis]


def _notices(answer: Answer, words: Words) -> list[Component]:
    texts = [("exclamation-triangle", translate(problem, words.locale)) for problem in answer.problems]
    found = answer.overview
    if found is not None and found.total.rows:
        texts += [("info-circle", text) for text in _money_notices(found, words)]
    return [html.Div([icon(name), html.Span(text)], className="notice") for name, text in texts]


def _money_notices(found: Overview, words: Words) -> list[str]:
    view, texts = found.view, []
    if found.total.unconverted and not view.native:
        rows = f.count(found.total.unconverted, words.locale)
        texts.append(
            words.say(N_("{rows} transactions have no exchange rate and are in no amount."), rows=rows)
        )
    if found.unconverted_outside:
        rows = f.count(found.unconverted_outside, words.locale)
        texts.append(
            words.say(
                N_("{rows} transactions without an exchange rate are outside the amounts chosen."), rows=rows
            )
        )
    if view.currency is None:
        texts.append(
            words.say(
                N_("The banks have different currencies: amounts stand beside each other, without a total."),
            )
        )
    return texts


def _nothing(answer: Answer, words: Words, path: str) -> list[Component]:
    """Say why there is nothing, and offer to lift what removes it."""
    found = answer.overview
    if found is None:
        return [
            html.P(words.say(N_("No bank is yours yet.")), className="empty-title"),
            html.P(words.say(N_("An administrator grants banks to people.")), className="empty-text"),
        ]
    if found.total.rows:
        return []
    if found.blockers:
        return _blocked(answer, found, words, path)
    if found.rows_without_filters:
        rows = f.count(found.rows_without_filters, words.locale)
        everything = dcc.Link(
            words.say(N_("Clear all filters")),
            href=address(path, answer.filters.cleared()),
            className="button button-secondary",
        )
        text = words.say(N_("Together the filters remove all {rows} transactions of this range."), rows=rows)
        return _empty(words.say(N_("No transaction matches.")), text, everything)
    if found.view.newest is None:
        return _empty(
            words.say(N_("This bank has no transactions yet.")),
            words.say(
                N_("Import a file: python -m database.import_data FILE --bank {bank}"),
                bank=found.view.banks[0].code,
            ),
        )
    whole = filter_bar.with_period(answer.filters, Preset.ALL)
    shown = dcc.Link(
        words.say(N_("Show all")), href=address(path, whole), className="button button-secondary"
    )
    day = f.day(found.view.newest, words.locale, year=True)
    return _empty(
        words.say(N_("No transaction in this range.")),
        words.say(N_("The newest is of {day}."), day=day),
        shown,
    )


def _blocked(answer: Answer, found: Overview, words: Words, path: str) -> list[Component]:
    first = found.blockers[0]
    name = chip_text(first.key, answer.filters, words, found.view.currency)
    rows = f.count(first.rows_without, words.locale)
    lift = dcc.Link(
        words.say(N_("Lift “{filter}”"), filter=name),
        href=address(path, answer.filters.without(first.key)),
        className="button button-secondary",
    )
    every = dcc.Link(
        words.say(N_("Clear all")), href=address(path, answer.filters.cleared()), className="quiet-link"
    )
    text = words.say(N_("Without “{filter}” there are {rows}."), filter=name, rows=rows)
    return _empty(words.say(N_("No transaction matches.")), text, lift, every)


def _empty(title: str, text: str, *actions: Component) -> list[Component]:
    return [
        html.P(title, className="empty-title"),
        html.P(text, className="empty-text"),
        html.Div(list(actions), className="empty-actions"),
    ]
