"""The two tables of the Data page: what is stored, and what runs or ran."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.data.actions import UNDO
from dashboard.data.board import RETRIED, Board, Holding, Pace, SeenRun, pace
from dashboard.jobs.registry import JOB_KINDS
from layouts.attributes import aria, data
from layouts.icons import icon
from models.datasets import DatasetKind, DatasetOrigin
from models.jobs import JobStatus
from models.messages import N_, Message

KINDS = {
    DatasetKind.TRANSACTIONS: N_("transactions"),
    DatasetKind.CUSTOMERS: N_("customers"),
    DatasetKind.MERCHANTS: N_("merchants"),
    DatasetKind.LABELS: N_("labels"),
    DatasetKind.RATES: N_("exchange rates"),
    DatasetKind.PRODUCTS: N_("products"),
    DatasetKind.SALES: N_("sales"),
    DatasetKind.EVENTS: N_("calendar events"),
}
ORIGINS = {
    DatasetOrigin.IMPORT: N_("imported file"),
    DatasetOrigin.GENERATED: N_("made up"),
    DatasetOrigin.SHIPPED: N_("shipped with Vigie"),
    DatasetOrigin.API: N_("received by the API"),
}
STATUSES = {
    JobStatus.QUEUED: (N_("waiting"), "hourglass-split"),
    JobStatus.RUNNING: (N_("running"), "arrow-right"),
    JobStatus.SUCCEEDED: (N_("done"), "check-lg"),
    JobStatus.FAILED: (N_("failed"), "exclamation-circle-fill"),
    JobStatus.CANCELLED: (N_("cancelled"), "x-lg"),
}
NUMBERS = frozenset({"rows stored", "labelled"})
OTHER_KINDS = {"generate": N_("Demo data")}


def datasets_table(board: Board, words: Words) -> Component:
    """List what is stored; a dataset that an import made can be undone."""
    if not board.holdings:
        return _nothing(words.say(N_("Nothing is stored yet. Import a file to begin.")))
    heads = (
        N_("dataset"),
        N_("bank"),
        N_("rows stored"),
        N_("from – until"),
        N_("labelled"),
        N_("added"),
        "",
    )
    rows = [_dataset(one, board, words) for one in board.holdings]
    return _table(N_("Datasets"), heads, rows, words)


def runs_table(board: Board, words: Words) -> Component:
    """List the latest runs with their progress, how they ended, and what can be done about each."""
    if not board.runs:
        return _nothing(words.say(N_("No run yet.")))
    heads = (N_("run"), N_("bank"), N_("status"), N_("progress"), N_("rows"), N_("begun"), "")
    rows = [_run(run, board, words) for run in board.runs]
    return _table(N_("Runs"), heads, rows, words)


def _dataset(one: Holding, board: Board, words: Words) -> Component:
    origin = words.say(ORIGINS[one.origin])
    about = f"{words.say(KINDS[one.kind])}, {origin}" + (f", {one.layout}" if one.layout else "")
    labelled, rows = board.labels.get(one.dataset_id, (0, 0))
    share = f.percent(labelled / rows, words.locale, 1) if rows else f.NOTHING
    exact = words.say(
        N_("{labelled} of {rows} rows carry a label"),
        labelled=f.count(labelled, words.locale),
        rows=f.count(rows, words.locale),
    )
    undo = _button("arrow-counterclockwise", N_("Undo"), words, undo=f"{one.bank}/{one.dataset_id}")
    can_undo = one.origin is DatasetOrigin.IMPORT and one.rows
    return html.Tr(
        [
            _cell(N_("dataset"), [_two_lines(one.name, about)], words),
            _cell(N_("bank"), one.bank_name, words),
            _number(N_("rows stored"), f.count(one.rows, words.locale), words),
            _cell(N_("from – until"), _span(one, words), words),
            _number(N_("labelled"), share, words, title=exact),
            _cell(N_("added"), _age(one.created_at, one.zone, board.now, words), words),
            html.Td([undo] if can_undo else [], className="data-acts"),
        ]
    )


def _span(one: Holding, words: Words) -> str:
    if one.first_at is None or one.last_at is None:
        return f.NOTHING
    return f.days(one.first_at.date(), one.last_at.date(), words.locale, this_year=0)


def _run(run: SeenRun, board: Board, words: Words) -> Component:
    kind = JOB_KINDS[run.kind].name if run.kind in JOB_KINDS else OTHER_KINDS.get(run.kind, run.kind)
    zone = next((bank.time_zone for bank in board.banks if bank.code == run.bank), "UTC")
    name = next((bank.name for bank in board.banks if bank.code == run.bank), f.NOTHING)
    word, sign = STATUSES[run.status]
    if run.is_open and run.cancel_requested:
        word = N_("ending")
    return html.Tr(
        [
            _cell(
                N_("run"),
                [_two_lines(f"{words.say(kind)} {run.job_id}", run.subject or ""), *_log(run, words)],
                words,
            ),
            _cell(N_("bank"), name, words),
            _cell(N_("status"), [_state(run.status, words.say(word), sign), *_message(run, words)], words),
            _cell(N_("progress"), _progress(run, pace(run, board.now), words), words),
            _cell(N_("rows"), _counts(run, words), words),
            _cell(N_("begun"), [_age(run.created_at, zone, board.now, words), *_by(run)], words),
            html.Td(_acts(run, words), className="data-acts"),
        ]
    )


def _state(status: JobStatus, word: str, sign: str) -> Component:
    return html.Span([icon(sign), html.Span(word)], className=f"run-state run-{status}")


def _message(run: SeenRun, words: Words) -> list[Component]:
    # What an import stored stands in its own column.
    if run.message is None or (run.rows_read is not None and run.status is JobStatus.SUCCEEDED):
        return []
    text = words.say(run.message.msgid, **counted(run.message, words))
    return [html.Span(text, className="data-second", title=text)]


def counted(message: Message, words: Words) -> dict[str, Any]:
    """Return what a sentence names: counts as people write them, numbers of runs and datasets as they are."""
    return {
        name: f.count(value, words.locale) if isinstance(value, int) and not name.endswith("_id") else value
        for name, value in message.params.items()
    }


def _by(run: SeenRun) -> list[Component]:
    return [html.Span(run.by, className="data-second")] if run.by else []


def _progress(run: SeenRun, how: Pace, words: Words) -> list[Component]:
    """Draw the bar with the rate and the time left while it runs; what is not known is left out."""
    if not run.is_open or how.share is None:
        return [html.Span(_lasted(run, words), className="num")]
    told = [f.percent(how.share, words.locale, 0)]
    if how.rows_a_second:
        told.append(words.say(N_("{count} rows/s"), count=f.count(round(how.rows_a_second), words.locale)))
    if how.left is not None:
        told.append(words.say(N_("{time} left"), time=f.age(how.left, words.locale)))
    bar = html.Progress(
        value=f"{how.share:.4f}", max="1", **aria(label=words.say(N_("progress"))), className="run-bar"
    )
    return [bar, html.Span(", ".join(told), className="data-second num")]


def _lasted(run: SeenRun, words: Words) -> str:
    if run.finished_at is None or run.started_at is None:
        return f.NOTHING
    return f.duration_ms((run.finished_at - run.started_at).total_seconds() * 1_000, words.locale)


def _counts(run: SeenRun, words: Words) -> list[Component]:
    if run.rows_read is None:
        return [html.Span(f.NOTHING)]
    if run.kind == UNDO:
        told = words.say(N_("{count} removed"), count=f.count(run.rows_accepted or 0, words.locale))
        return [html.Span(told, className="num")]
    parts = [
        (N_("{count} added"), run.rows_accepted),
        (N_("{count} known already"), run.rows_duplicate),
        (N_("{count} in conflict"), run.rows_conflict),
        (N_("{count} rejected"), run.rows_rejected),
    ]
    counted = [words.say(said, count=f.count(n or 0, words.locale)) for said, n in parts if n]
    first = counted[0] if counted else words.say(N_("{count} added"), count=f.count(0, words.locale))
    return [html.Span(first, className="num"), html.Span(", ".join(counted[1:]), className="data-second num")]


def _acts(run: SeenRun, words: Words) -> list[Component]:
    acts: list[Component] = []
    if run.rejects_file:
        acts.append(
            html.A(
                [icon("download"), html.Span(words.say(N_("Rejects")))],
                href=f"data/runs/{run.job_id}/rejects",
                download=f"rejects-{run.job_id}.csv",
                className="button button-quiet",
            )
        )
    if run.is_open and not run.cancel_requested:
        acts.append(_button("x-lg", N_("Cancel"), words, cancel=str(run.job_id)))
    if run.status in RETRIED:
        acts.append(_button("arrow-counterclockwise", N_("Try again"), words, retry=str(run.job_id)))
    return acts


def _log(run: SeenRun, words: Words) -> list[Component]:
    if not run.log_tail:
        return []
    return [
        html.Details(
            [
                html.Summary(words.say(N_("log")), className="quiet-link"),
                html.Pre(run.log_tail, tabIndex="0"),
            ],
            className="run-log",
        )
    ]


def _button(sign: str, word: str, words: Words, **what: str) -> Component:
    return html.Button(
        [icon(sign), html.Span(words.say(word))], className="button button-quiet", **data(**what)
    )


def _two_lines(first: str, second: str) -> Component:
    return html.Div(
        [html.Span(first, className="data-first"), html.Span(second, className="data-second", title=second)]
    )


def _age(at: datetime, zone: str, now: datetime, words: Words) -> Component:
    ago = words.say(N_("{age} ago"), age=f.age(now - at, words.locale))
    return html.Time(ago, title=f.moment(at, zone, words.locale), dateTime=at.isoformat())


def _cell(head: str, content: str | Component | Sequence[Component], words: Words) -> Component:
    return html.Td(content, **data(head=words.say(head)))


def _number(head: str, text: str, words: Words, title: str | None = None) -> Component:
    return html.Td(text, className="num data-number", title=title, **data(head=words.say(head)))


def _table(name: str, heads: Sequence[str], rows: Sequence[Component], words: Words) -> Component:
    columns = [
        html.Th(
            words.say(head)
            if head
            else html.Span(words.say(N_("what can be done")), className="visually-hidden"),
            scope="col",
            className="data-number" if head in NUMBERS else None,
        )
        for head in heads
    ]
    caption = html.Caption(words.say(name), className="visually-hidden")
    return html.Table([caption, html.Thead(html.Tr(columns)), html.Tbody(list(rows))], className="data-table")


def _nothing(sentence: str) -> Component:
    return html.P(sentence, className="data-nothing")
