"""The evidence of an alert: notes and steps, the newest first, with what may still be taken back."""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.alerts.detail import AlertDetail, Step
from dashboard.alerts.names import STATUS_NAMES, reason_name
from dashboard.alerts.undoing import AS_LONG_AS, CHANGES
from dashboard.charts.figure import Words
from layouts.attributes import data
from layouts.party_parts import section
from models.access import Permission, Person
from models.messages import N_

NOTE = "alert-note"


def history(found: AlertDetail, person: Person, words: Words) -> list[Component]:
    """Draw the steps of an alert and the field for a note."""
    standing = next((each for each in found.history if _stands(each)), None)
    steps = [_step(each, found, person, words, is_last=each is standing) for each in found.history]
    opened = html.Li(
        [
            html.Span(_when(found.alert.created_at, found, words), className="num quiet"),
            html.Span(words.say(N_("Raised by score {score}"), score=_score(found, words))),
            html.Span("Vigie", className="quiet"),
        ],
        className="step",
    )
    field = html.Div(
        [
            html.Label(
                [
                    html.Span(words.say(N_("Note")), className="visually-hidden"),
                    html.Textarea(id=NOTE, rows=2),
                ]
            ),
            html.Button(
                [html.Span(words.say(N_("Add note"))), html.Kbd("N")],
                className="button button-secondary",
                **data(note=""),
            ),
        ],
        className="alert-note",
    )
    return [section(words.say(N_("Evidence")), field, html.Ol([*steps, opened], className="steps"))]


def _stands(step: Step) -> bool:
    return step.kind in CHANGES and step.undone_by is None


def _when(at: datetime, found: AlertDetail, words: Words) -> str:
    return f.moment(at, found.bank.time_zone, words.locale)


def _score(found: AlertDetail, words: Words) -> str:
    return f.number(found.alert.fraud_probability, 3, words.locale)


def _step(step: Step, found: AlertDetail, person: Person, words: Words, *, is_last: bool) -> Component:
    own = step.by == person.user_id or person.may(Permission.APPROVE_DECISIONS)
    may_undo = is_last and own and found.now - step.at <= AS_LONG_AS
    undo = html.Button(
        words.say(N_("Take back")), className="quiet-link", **data(undo_event=str(step.alert_event_id))
    )
    said: list[Component] = [html.Span(_told(step, words))]
    if step.note:
        said.append(html.Q(step.note, className="step-note"))
    return html.Li(
        [
            html.Span(_when(step.at, found, words), className="num quiet"),
            html.Span(said),
            html.Span([html.Span(step.person or "Vigie"), *([undo] if may_undo else [])], className="quiet"),
        ],
        className=f"step{' is-undone' if step.undone_by else ''}",
    )


def _told(step: Step, words: Words) -> str:
    if step.kind == "note":
        return words.say(N_("Note"))
    if step.kind == "assign":
        if step.assignee is None:
            return words.say(N_("Assigned to nobody"))
        return words.say(N_("Assigned to {person}"), person=step.assignee)
    after = words.say(STATUS_NAMES[step.to_status]) if step.to_status else step.kind
    if step.kind == "undo":
        return words.say(N_("Taken back: {status} again"), status=after)
    reason = reason_name(step.reason) if step.reason else None
    return words.say(N_("{what}: {move}"), what=after, move=words.say(reason)) if reason else after
