"""The Data page: bring a file in, what is stored, what runs."""

from __future__ import annotations

import json
from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.language import Translator
from layouts.attributes import aria, data
from layouts.icons import icon
from layouts.page import Page, PageContext
from layouts.shell import page_head
from models.access import Permission
from models.messages import N_

BOX, DATASETS, RUNS = "data-page", "data-datasets", "data-runs"
TICK, ACTED = "data-tick", "data-acted"
UPLOADED, ARRIVAL, CHECK, REPORT = "data-uploaded", "data-arrival", "data-check", "data-report"
SAID, UPLOAD, FILE, BAR, PROGRESS = "data-said", "data-upload", "data-file", "data-bar", "data-progress"
QUESTION, QUESTION_TITLE, QUESTION_LIST = "data-question", "data-question-title", "data-question-list"
QUESTION_TYPED, QUESTION_NAME, QUESTION_ACTION = (
    "data-question-typed",
    "data-question-name",
    "data-question-action",
)
LOOK_OFTEN_MS: Final = 1_500
LOOK_SELDOM_MS: Final = 20_000
WORDS: Final = {
    "going": N_("{stored} of {size}, {rate}/s, {left} left"),
    "resumed": N_("going on at {stored} of {size}"),
    "done": N_("{size} arrived"),
    "paused": N_("paused at {stored} of {size}"),
    "broken": N_("The connection broke at {stored} of {size}. Go on, or choose the file again later."),
    "begun": N_("Run {job} begins."),
    "seconds": N_("{count} s"),
    "minutes": N_("{count} min"),
}


def layout(context: PageContext) -> Component:
    """Draw the page with skeletons where its answer will stand."""
    t = context.t
    return html.Div(
        [
            page_head(t(PAGE.name), actions=_actions(t, context)),
            html.Div(id=SAID, className="visually-hidden", role="status"),
            _bring_in(t),
            _section(t(N_("Datasets")), t(N_("What is stored, by the file that brought it.")), DATASETS),
            _section(
                t(N_("Runs")), t(N_("Imports, checks and what follows from them, the newest first.")), RUNS
            ),
            _question(t),
            dcc.Store(id=UPLOADED),
            dcc.Store(id=CHECK),
            dcc.Store(id=ACTED),
            dcc.Interval(id=TICK, interval=LOOK_SELDOM_MS),
        ],
        id=BOX,
        className="data-page",
        **data(words=json.dumps({name: t(words) for name, words in WORDS.items()})),
    )


def _actions(t: Translator, context: PageContext) -> list[Component]:
    choose = html.Button(
        [icon("upload"), t(N_("Import a file"))], className="button button-primary", **data(choose="")
    )
    if not context.person.may(Permission.MANAGE_DATA):
        return [choose]
    demo = html.Button(t(N_("Remove the demo")), className="button button-quiet", **data(remove_demo=""))
    return [demo, choose]


def _bring_in(t: Translator) -> Component:
    """Draw where a file is dropped, the line of its upload, and what is then asked about it."""
    drop = html.Div(
        [
            icon("upload"),
            html.Span(t(N_("Drop a CSV, zip or Parquet file here, 200 MB at most."))),
            html.Button(t(N_("Choose a file")), className="quiet-link", **data(choose="")),
        ],
        className="data-drop",
    )
    line = html.Div(
        [
            html.Span(id=FILE, className="data-first"),
            html.Progress(id=BAR, max="1", value="0", **aria(label=t(N_("Upload")))),
            html.Span(id=PROGRESS, className="data-second num"),
            html.Button(t(N_("Pause")), className="button button-quiet", **data(pause="")),
            html.Button(t(N_("Go on")), className="button button-quiet", **data(go_on="")),
            html.Button(t(N_("Give up")), className="button button-quiet", **data(give_up="")),
        ],
        id=UPLOAD,
        className="data-upload",
        hidden=True,
    )
    waiting = t(N_("reading the first rows"))
    return html.Section(
        [
            drop,
            line,
            html.Div(
                id=ARRIVAL, className="data-read", **data(waiting=waiting, asks=ARRIVAL, at_work="is-reading")
            ),
            html.Div(id=REPORT, role="status"),
        ],
        className="data-bring",
        **aria(label=t(N_("Import a file"))),
    )


def _section(title: str, definition: str, content_id: str) -> Component:
    skeleton = html.Div(
        [html.Div(className="skeleton-line") for _ in range(3)], className="is-loading data-wait"
    )
    return html.Section(
        [
            html.H2(title, className="panel-title"),
            html.P(definition, className="panel-definition"),
            html.Div(skeleton, id=content_id, className="data-content"),
        ],
        className="data-section",
        **aria(label=title),
    )


def _question(t: Translator) -> Component:
    """Draw the dialog that a dangerous action asks by; its words come with the question."""
    typed = html.Label(
        [
            html.Span(id=QUESTION_TYPED),
            dcc.Input(id=QUESTION_NAME, className="data-input", autoComplete="off"),
        ],
        className="data-field",
    )
    acts = html.Div(
        [
            html.Button(t(N_("Keep it")), className="button button-quiet", **data(keep="")),
            html.Button(
                html.Span(id=QUESTION_ACTION),
                className="button button-danger",
                disabled=True,
                **data(sure=""),
            ),
        ],
        className="data-question-acts",
    )
    return html.Dialog(
        [html.H2(id=QUESTION_TITLE), html.Ul(id=QUESTION_LIST), typed, acts],
        id=QUESTION,
        className="data-question",
        **aria(labelledby=QUESTION_TITLE),
    )


PAGE = Page(
    slug="data",
    path="/data",
    name=N_("Data"),
    icon="database",
    permission=Permission.IMPORT_DATA,
    layout=layout,
)
