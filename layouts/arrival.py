"""The form of a file that has arrived: what it is taken for, which column fills what, its first rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.charts.figure import Words
from dashboard.data.arrival import Arrival
from dashboard.data.field_names import field_name
from dashboard.data.proposal import Row
from dashboard.ingestion.layout import NONE as LEFT_OUT
from dashboard.ingestion.layout import ROW_NUMBER
from dashboard.ingestion.options import KINDS as IMPORTED
from dashboard.ingestion.options import AlertsMode, Decimals
from dashboard.ingestion.terms import DateOrder
from layouts.attributes import aria, data
from layouts.data_tables import KINDS
from layouts.icons import icon
from models.messages import N_, Message

FORM = "data-form"
INPUTS = {"time_zone": "data-time-zone", "currency": "data-currency", "base_date": "data-base-date"}
ALERTS = {
    AlertsMode.RECENT: N_("for recent transactions"),
    AlertsMode.NONE: N_("for none"),
    AlertsMode.ALL: N_("for all"),
}
DATES = {DateOrder.DAY_FIRST: N_("day first"), DateOrder.MONTH_FIRST: N_("month first")}
DECIMALS = {Decimals.POINT: N_("point"), Decimals.COMMA: N_("comma")}


def arrived(found: Arrival, words: Words) -> list[Component]:
    """Draw the form, its first rows, and what can be done next."""
    proposal = found.proposal
    parts = [_heading(found, words), _choices(found, words)]
    if proposal.problem is not None:
        parts.append(_problem(proposal.problem, words))
    parts += [_note(note, words) for note in proposal.notes]
    if proposal.fields:
        parts.append(_mapping(found, words))
    if proposal.rows:
        parts.append(_rows(found, words))
    return [html.Form([*parts, _next(found, words)], id=FORM, **data(upload=found.upload_id))]


def _heading(found: Arrival, words: Words) -> Component:
    taken = found.proposal.layout
    if taken is not None:
        kind = words.say(taken.msgid, **taken.params)
        said = words.say(N_("{name} is recognised: {kind}"), name=found.name, kind=kind)
    else:
        said = words.say(N_("{name} is of no known layout: say which column fills what"), name=found.name)
    return html.P(html.Strong(said), className="data-taken")


def _choices(found: Arrival, words: Words) -> Component:
    form, say = found.form, words.say
    unsaid = ("", say(N_("as found")))
    banks = [(bank.code, bank.name) for bank in found.banks]
    bank = next((bank for bank in found.banks if bank.code == form.get("bank")), found.banks[0])
    kinds = [(kind.value, say(KINDS[kind])) for kind in IMPORTED]
    alerts = [(mode.value, say(text)) for mode, text in ALERTS.items()]
    dates = [unsaid, *((order.value, say(text)) for order, text in DATES.items())]
    decimals = [unsaid, *((sign.value, say(text)) for sign, text in DECIMALS.items())]
    return html.Div(
        [
            _select("bank", say(N_("Bank")), banks, form.get("bank")),
            _select("kind", say(N_("Holds")), kinds, form.get("kind")),
            _input("time_zone", say(N_("Time zone")), form, bank.time_zone),
            _input("currency", say(N_("Currency")), form, bank.base_currency),
            _input("base_date", say(N_("Day that offsets count from")), form, "2017-01-31"),
            _select("dates", say(N_("Dates")), dates, form.get("dates")),
            _select("decimals", say(N_("Decimal sign")), decimals, form.get("decimals")),
            _select("alerts", say(N_("Alerts")), alerts, form.get("alerts")),
        ],
        className="data-fields",
    )


def _mapping(found: Arrival, words: Words) -> Component:
    """Offer a column for every field: those filled first, the others behind a fold."""
    proposal, say = found.proposal, words.say

    def field(name: str) -> Component:
        label = say(field_name(name)) + (" *" if name in proposal.required else "")
        # To leave out what is filled is a choice of its own.
        none = LEFT_OUT if name in proposal.mapping else ""
        options = [(none, say(N_("no column"))), *((column, column) for column in proposal.columns)]
        if name == "transaction_id":
            options.append((ROW_NUMBER, say(N_("number of the row"))))
        return _select(f"map.{name}", label, options, proposal.mapping.get(name))

    shown = [name for name in proposal.fields if name in proposal.mapping or name in proposal.required]
    others = [name for name in proposal.fields if name not in shown]
    more = html.Details(
        [
            html.Summary(say(N_("{count} other fields"), count=len(others)), className="quiet-link"),
            html.Div([field(name) for name in others], className="data-fields"),
        ]
    )
    return html.Fieldset(
        [
            html.Legend(say(N_("Which column fills what")), className="panel-title"),
            html.Div([field(name) for name in shown], className="data-fields"),
            *([more] if others else []),
        ],
        className="data-mapping",
    )


def _rows(found: Arrival, words: Words) -> Component:
    proposal, say = found.proposal, words.say
    filled = [name for name in proposal.fields if any(name in row.values for row in proposal.rows)]
    heads = [say(field_name(name)) for name in filled]
    table = html.Table(
        [
            html.Caption(
                say(N_("The first rows as they would arrive, times in UTC")), className="panel-title"
            ),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody([_row(row, filled, words) for row in proposal.rows]),
        ],
        className="data-table data-preview num",
    )
    label = say(N_("The first rows as they would arrive, times in UTC"))
    return html.Div(table, className="data-scroll", tabIndex="0", role="region", **aria(label=label))


def _row(row: Row, filled: Sequence[str], words: Words) -> Component:
    if row.reason is not None:
        why = words.say(row.reason.msgid, **row.reason.params)
        told = words.say(N_("line {line} would be rejected: {reason}"), line=row.line or 0, reason=why)
        return html.Tr(html.Td(told, colSpan=str(max(len(filled), 1)), className="data-reason"))
    shown = ((row.values.get(name, ""), name) for name in filled)
    return html.Tr([html.Td(_shown(text, words), title=text or None) for text, _ in shown])


def _shown(text: str, words: Words) -> str:
    said = {"True": N_("yes"), "False": N_("no")}
    return words.say(said[text]) if text in said else text


def _problem(problem: Message, words: Words) -> Component:
    text = words.say(problem.msgid, **problem.params)
    return html.P([icon("exclamation-triangle"), html.Span(text)], className="notice", role="alert")


def _note(note: Message, words: Words) -> Component:
    return html.P([icon("info-circle"), html.Span(words.say(note.msgid, **note.params))], className="notice")


def _next(found: Arrival, words: Words) -> Component:
    is_ready = found.proposal.problem is None
    check = html.Button(
        words.say(N_("Check the whole file")),
        type="button",
        className="button button-secondary",
        disabled=not (is_ready and found.proposal.can_be_checked),
        **data(check=""),
    )
    begin = html.Button(
        words.say(N_("Import it")),
        type="button",
        className="button button-primary",
        disabled=not is_ready,
        **data(begin=""),
    )
    drop = html.Button(
        words.say(N_("Give up")), type="button", className="button button-quiet", **data(give_up="")
    )
    return html.Div([check, begin, drop], className="data-next")


def _select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: Any) -> Component:
    known = [html.Option(text, value=value, selected=value == (chosen or "")) for value, text in options]
    return html.Label(
        [html.Span(label), html.Select(known, name=name, className="data-input")], className="data-field"
    )


def _input(name: str, label: str, form: Any, example: str) -> Component:
    given = form.get(name)
    field = dcc.Input(
        id=INPUTS[name],
        name=name,
        value=given if isinstance(given, str) else "",
        placeholder=example,
        className="data-input",
        autoComplete="off",
    )
    return html.Label([html.Span(label), field], className="data-field")
