"""The answer of the Transactions page: every changing part by the name of its output."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.drill import Then
from dashboard.filters import Order
from dashboard.language import translate, translator
from dashboard.overview.kpis import Kpi
from dashboard.transactions.ask import Listing
from dashboard.transactions.lines import lines
from layouts.filter_controls import canonical, controls
from layouts.icons import icon
from layouts.nothing import nothing
from layouts.tiles import written
from layouts.verdicts import disclosed, reasons, verdict_words
from models.messages import N_
from models.units import E4

ORDERS = {
    Order.NEWEST: N_("newest first"),
    Order.OLDEST: N_("oldest first"),
    Order.LARGEST: N_("largest first"),
    Order.SMALLEST: N_("smallest first"),
    Order.RISKIEST: N_("highest score first"),
    Order.SAFEST: N_("lowest score first"),
}
_CONTROLS = (
    "range_label",
    "range_menu",
    "comparison_label",
    "comparison_menu",
    "measure",
    "bank_label",
    "bank_menu",
    "since",
    "until",
    "chips",
    "zone",
)


def answered(found: Listing, locale: str, path: str, *, asked: str, then: Then | None) -> dict[str, Any]:
    """Render a listing; `then` is what the mark said that led here."""
    words = Words(locale, translator(locale))
    seen = found.seen
    given = controls(seen.filters, seen.view, seen.banks, words, path)
    return {name: given[name] for name in _CONTROLS} | {
        "data": _data(found, words, asked),
        "count": [html.Div(_count(found, words)), *_compared(found.compared, words)],
        "notices": _notices(found, words),
        "drill": _drill(found, then, words),
        "empty": [] if found.total and found.total.rows else nothing(seen, found.why_empty, words, path),
        "export": _export(found, words),
    }


def _data(found: Listing, words: Words, asked: str) -> dict[str, Any]:
    view, first = found.seen.view, found.first
    told = {
        "rows": lines(first, view, words.locale, words.say) if view and first else [],
        "after": first.after if first else None,
        "total": found.total.rows if found.total else 0,
        "order": found.order,
        "status": words.say(
            N_("Rows {first}–{last} of {total}"), first="{first}", last="{last}", total="{total}"
        ),
        "facts": [words.say(ORDERS[found.order]), f.duration_ms(found.query_ms, words.locale)],
    }
    query = canonical(found.seen.filters, view)
    # Written here, because Dash would look through every value of it first.
    return {"asked": asked, "query": query, "list": orjson.dumps(told).decode()}


def _money(e4: int, currency: str, words: Words) -> str:
    return f.money(Decimal(e4) / E4, currency, words.locale)


def _count(found: Listing, words: Words) -> str:
    view = found.seen.view
    if found.total is None or view is None:
        return ""
    rows = f.count(found.total.rows, words.locale)
    if view.currency is None:
        return words.say(N_("{rows} rows"), rows=rows)
    money = _money(found.total.volume_e4, view.currency, words)
    return words.say(N_("{rows} rows, {money}"), rows=rows, money=money)


def _compared(kpi: Kpi | None, words: Words) -> list[Component]:
    if kpi is None:
        return []
    (figure,) = kpi.figures
    before = written(kpi.metric, figure.before, figure.currency, words)
    told = words.say(N_("{before} before"), before=before)
    verdict = verdict_words(kpi.metric, figure.verdict, words)
    why = reasons(kpi.metric, figure.verdict, figure.currency, words)
    said = f"{told}, {verdict}"
    if not why:
        return [html.Div(said, className="row-compared")]
    return [disclosed([html.Span(said)], why, "row-compared")]


def _notices(found: Listing, words: Words) -> list[Component]:
    texts = [("exclamation-triangle", translate(problem, words.locale)) for problem in found.problems]
    if found.outside:
        rows = f.count(found.outside, words.locale)
        text = words.say(
            N_("{rows} transactions without an exchange rate are outside the amounts chosen."), rows=rows
        )
        texts.append(("info-circle", text))
    return [html.Div([icon(name), html.Span(text)], className="notice") for name, text in texts]


def _drill(found: Listing, then: Then | None, words: Words) -> list[Component]:
    """Say whether these are the mark's rows, or what came or went since it was drawn."""
    if then is None or found.total is None:
        return []
    if then.is_equal(found.total):
        return [icon("check-lg"), html.Span(words.say(N_("the mark’s count and sum")))]
    now = found.total.rows
    numbers = {"then": f.count(then.rows, words.locale), "now": f.count(now, words.locale)}
    change = f.count(abs(now - then.rows), words.locale)
    if now > then.rows:
        text = words.say(N_("{then} then, {now} now, {change} arrived since"), **numbers, change=change)
    elif now < then.rows:
        text = words.say(N_("{then} then, {now} now, {change} left since"), **numbers, change=change)
    else:
        text = words.say(N_("{now} as then; their sum has changed since"), **numbers)
    return [icon("info-circle"), html.Span(text)]


def _export(found: Listing, words: Words) -> list[Component]:
    query = canonical(found.seen.filters, found.seen.view)
    kinds = (("csv", words.say(N_("CSV with its receipt (ZIP)"))), ("parquet", words.say(N_("Parquet"))))
    return [
        html.A(text, href=f"export/transactions.{kind}?{query}", className="menu-item", target="_self")
        for kind, text in kinds
    ]
