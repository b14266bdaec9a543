"""What the pages of administrators are made of: choices in the address, forms, tables, questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.language import Translator
from layouts.attributes import aria, data
from layouts.icons import icon
from models.messages import N_

GROUP: Final = N_("Admin")
QUESTION, SECRET, SECRET_WORD = "admin-question", "admin-secret", "admin-secret-word"
QUESTION_TITLE, QUESTION_LIST, QUESTION_ACTION = (
    f"admin-question-{part}" for part in ("title", "list", "action")
)
Choices = Sequence[tuple[str, str]]


def choice(key: str, label: str, choices: Choices, chosen: str | None) -> Component:
    """Draw a list whose choice goes into the address under this key."""
    options = [html.Option(text, value=value, selected=value == (chosen or "")) for value, text in choices]
    picked = html.Select(options, className="admin-select", **data(address=key), **aria(label=label))
    return html.Label(
        [html.Span(label), picked],
        className=f"admin-choice{' is-chosen' if chosen else ''}",
        key=f"{key}{chosen}",
    )


def search(key: str, label: str, given: str, id_: str) -> Component:
    """Draw a field of words that go into the address with Enter."""
    field = dcc.Input(
        id=id_, type="search", name=key, value=given, placeholder=label, autoComplete="off", maxLength=200
    )
    return html.Form(
        [icon("search"), field], className="admin-search", role="search", **data(address_form=key)
    )


def field(label: str, control: Component, note: str = "") -> Component:
    """Draw a control under its label, with a line of what it means."""
    parts = [html.Span(label, className="admin-label"), control]
    return html.Label(
        [*parts, html.Span(note, className="admin-note")] if note else parts, className="admin-field"
    )


def select(name: str, choices: Choices, chosen: str, *, is_locked: bool = False) -> Component:
    """Draw a list of a form."""
    options = [html.Option(text, value=value, selected=value == chosen) for value, text in choices]
    return html.Select(options, name=name, className="admin-select", disabled=is_locked)


def toggles(name: str, label: str, choices: Choices, chosen: Iterable[str]) -> Component:
    """Draw several choices of a form, each on or off."""
    held = set(chosen)
    buttons = [
        html.Button(
            [icon("check-lg"), html.Span(text)],
            role="checkbox",
            className="admin-toggle",
            type="button",
            **data(name=name, value=value),
            **aria(checked="true" if value in held else "false"),
        )
        for value, text in choices
    ]
    return html.Div(
        [html.Span(label, className="admin-label"), html.Div(buttons, className="admin-toggles")],
        role="group",
        className="admin-field",
        **aria(label=label),
    )


def form(path: str, parts: Sequence[Component], action: str, *, is_primary: bool = False) -> Component:
    """Draw a form whose values are sent to a path as JSON."""
    kind = "button-primary" if is_primary else "button-secondary"
    save = html.Button(action, type="submit", className=f"button {kind}")
    return html.Form(
        [*parts, html.Div(save, className="admin-acts")], className="admin-form", **data(form=path)
    )


def act(
    sign: str,
    word: str,
    path: str,
    *,
    body: dict[str, Any] | None = None,
    ask: dict[str, Any] | None = None,
    kind: str = "button-secondary",
) -> Component:
    """Draw a button that sends a change; `ask` holds the question that comes before it."""
    more = {"ask": json.dumps(ask)} if ask else {}
    return html.Button(
        [icon(sign), html.Span(word)],
        className=f"button {kind}",
        type="button",
        **data(post=path, body=json.dumps(body or {}), **more),
    )


def question(title: str, sentences: Sequence[str], action: str) -> dict[str, Any]:
    """Write what is asked before a dangerous change."""
    return {"title": title, "sentences": list(sentences), "action": action}


def dialogs(t: Translator) -> list[Component]:
    """Draw the question before a dangerous change, and what shows a password once."""
    close = html.Button(t(N_("Keep it")), className="button button-quiet", type="button", **data(close=""))
    sure = html.Button(id=QUESTION_ACTION, className="button button-danger", type="button", **data(sure=""))
    asked = html.Dialog(
        [
            html.H2(id=QUESTION_TITLE),
            html.Ul(id=QUESTION_LIST),
            html.Div([close, sure], className="admin-acts"),
        ],
        id=QUESTION,
        className="admin-dialog",
        **aria(labelledby=QUESTION_TITLE),
    )
    done = html.Button(
        t(N_("Written down")), className="button button-primary", type="button", **data(close="")
    )
    shown = html.Dialog(
        [
            html.H2(t(N_("The new password"))),
            html.P(t(N_("It is shown this once and must be changed at the next login."))),
            html.Code(id=SECRET_WORD, tabIndex="0"),
            html.Div(done, className="admin-acts"),
        ],
        id=SECRET,
        className="admin-dialog",
        **aria(label=t(N_("The new password"))),
    )
    return [asked, shown]


def table(name: str, heads: Sequence[str], rows: Sequence[Component], words: Words, **more: Any) -> Component:
    """Draw a table whose heads are words; an empty one is for what can be done."""
    columns = [html.Th(words.say(head) if head else None, scope="col") for head in heads]
    caption = html.Caption(words.say(name), className="visually-hidden")
    body = [caption, html.Thead(html.Tr(columns)), html.Tbody(list(rows))]
    return html.Table(body, className="admin-table", **more)


def cell(head: str, content: Any, words: Words, class_name: str | None = None) -> Component:
    """Draw a cell that tells its head where the table becomes a list."""
    return html.Td(content, className=class_name, **data(head=words.say(head)))


def two_lines(first: Any, second: Any) -> Component:
    """Draw what counts, and below it what explains it."""
    return html.Div([html.Span(first, className="admin-first"), html.Span(second, className="admin-second")])


def ago(at: datetime | None, now: datetime, words: Words, zone: str = "UTC") -> Any:
    """Write how long ago, with the exact moment on hover."""
    if at is None:
        return words.say(N_("never"))
    told = words.say(N_("{age} ago"), age=f.age(now - at, words.locale))
    return html.Time(told, title=f.moment(at, zone, words.locale), dateTime=at.isoformat())


def facts(pairs: Iterable[tuple[str, Any]], words: Words) -> Component:
    """Draw names and values."""
    rows = [html.Div([html.Dt(words.say(name)), html.Dd(value)]) for name, value in pairs]
    return html.Dl(rows, className="facts")
