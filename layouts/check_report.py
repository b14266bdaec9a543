"""What the check of a file found: rows, dates, currencies, labels, duplicates, and what would be rejected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.data.board import SeenRun, pace
from layouts.icons import icon
from models.jobs import JobStatus
from models.messages import N_

_MOST_CURRENCIES = 5


def reported(run: SeenRun, words: Words, now: datetime) -> list[Component]:
    """Draw a check that ended, or say how far it is."""
    if run.status is JobStatus.SUCCEEDED:
        return _found(run.result, words)
    if not run.is_open:
        said = (
            words.say(run.message.msgid, **run.message.params) if run.message else words.say(N_("cancelled"))
        )
        return [html.P([icon("exclamation-triangle"), html.Span(said)], className="notice")]
    how = pace(run, now)
    share = f.percent(how.share or 0.0, words.locale, 0)
    waits = run.status is JobStatus.QUEUED
    said = (
        words.say(N_("The check waits for the worker."))
        if waits
        else words.say(N_("checked {share}"), share=share)
    )
    return [html.P([icon("hourglass-split"), html.Span(said)], className="notice num")]


def _found(found: Mapping[str, Any], words: Words) -> list[Component]:
    say, locale = words.say, words.locale

    def count(name: str) -> str:
        return f.count(int(found.get(name) or 0), locale)

    facts = [
        (say(N_("rows read")), count("rows")),
        (say(N_("would be stored")), count("accepted")),
        (say(N_("stored already")), count("known")),
        (say(N_("twice in the file")), count("duplicate")),
        (say(N_("same number, other content")), count("conflict")),
        (say(N_("would be rejected")), count("rejected")),
        (say(N_("from – until")), _span(found, words)),
        (say(N_("currencies")), _currencies(found, words)),
        (say(N_("labels")), _labels(found, words)),
    ]
    listed = html.Dl(
        [html.Div([html.Dt(name), html.Dd(value)], className="check-fact num") for name, value in facts],
        className="check-facts",
    )
    notes = [_note(each, words) for each in found.get("notes", ())]
    reasons = [_reason(each, words) for each in found.get("reasons", ())]
    if not reasons:
        return [listed, *notes]
    head = html.H3(say(N_("Why rows would be rejected")), className="panel-title")
    return [listed, *notes, head, html.Ul(reasons, className="check-reasons")]


def _note(each: Mapping[str, Any], words: Words) -> Component:
    said = words.say(each["msgid"], **each["params"])
    return html.P([icon("info-circle"), html.Span(said)], className="notice")


def _span(found: Mapping[str, Any], words: Words) -> str:
    if not found.get("first_at") or not found.get("last_at"):
        return f.NOTHING
    first, last = (datetime.fromisoformat(found[name]).date() for name in ("first_at", "last_at"))
    return f.days(first, last, words.locale, this_year=0)


def _currencies(found: Mapping[str, Any], words: Words) -> str:
    named = sorted((found.get("currencies") or {}).items(), key=lambda each: -each[1])
    told = [f"{code} {f.count(rows, words.locale)}" for code, rows in named[:_MOST_CURRENCIES]]
    return ", ".join([*told, *(["…"] if len(named) > _MOST_CURRENCIES else [])]) or f.NOTHING


def _labels(found: Mapping[str, Any], words: Words) -> str:
    fraud, genuine = (int(found.get(name) or 0) for name in ("fraud", "genuine"))
    none = int(found.get("unlabelled") or 0)
    return words.say(
        N_("{fraud} fraud, {genuine} genuine, {none} without"),
        fraud=f.count(fraud, words.locale),
        genuine=f.count(genuine, words.locale),
        none=f.count(none, words.locale),
    )


def _reason(each: Mapping[str, Any], words: Words) -> Component:
    why = words.say(each["msgid"], **each["params"])
    where = words.say(
        N_("{column}, first on line {line}: {value}"),
        column=each["column"],
        line=f.count(each["line"], words.locale),
        value=each["value"] or f.NOTHING,
    )
    rows = html.Span(f.count(each["count"], words.locale), className="num")
    return html.Li([rows, html.Span([html.Span(why), html.Span(where, className="data-second")])])
