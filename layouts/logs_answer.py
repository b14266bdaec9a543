"""What the Logs page answers with: what is asked, the entries, and one of them whole."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.administration.logs import SPANS, LogEntry, LogLevel, LogView, StoredEntry
from dashboard.charts.figure import Words
from dashboard.language import translate
from layouts.admin_parts import cell, choice, facts, search, table
from layouts.attributes import data
from layouts.icons import icon
from layouts.logs_strip import LEVELS, address, strip
from models.messages import N_

SPAN_NAMES = {
    "15m": N_("15 minutes"),
    "1h": N_("hour"),
    "24h": N_("24 hours"),
    "7d": N_("7 days"),
    "30d": N_("30 days"),
}
CATEGORIES = {
    "database": N_("database"),
    "web": N_("web"),
    "ingest": N_("ingest"),
    "security": N_("security"),
    "job": N_("job"),
    "mail": N_("mail"),
    "webhook": N_("webhook"),
}
STORES = {
    "postgresql": N_("kept in PostgreSQL (MONGO_URL is not set)"),
    "mongodb": N_("kept in MongoDB"),
}


def told(view: LogView, words: Words) -> dict[str, Any]:
    """Draw what is asked, and what stood in its way."""
    return {"notices": notices(view, words), "filters": filters(view, words)}


def answered(view: LogView, words: Words, path: str, zone: str) -> dict[str, Any]:
    """Draw what was found."""
    return {
        "list": listed(view, words, path, zone),
        "detail": detailed(view, words, path, zone),
        "levels": levels(view, words, path),
        "strip": strip(view, words, path, zone),
        "status": status(view, words, zone),
    }


def filters(view: LogView, words: Words) -> list[Component]:
    """Draw the time and the words in force."""
    spans = [(span, words.say(SPAN_NAMES[span])) for span in SPANS]
    if view.wanted.span not in SPANS:
        spans.append((view.wanted.span, words.say(N_("chosen"))))
    return [
        choice("range", words.say(N_("last")), spans, view.wanted.span),
        search(
            "q",
            words.say(N_("Words, or category:database user:ana level:error+")),
            view.wanted.words,
            "logs-search",
        ),
    ]


def levels(view: LogView, words: Words, path: str) -> list[Component]:
    """Draw each level with its number in this time; a click shows it alone or takes it back."""
    totals = view.totals or {}
    drawn: list[Component] = []
    for level, (name, sign) in LEVELS.items():
        is_on = not view.wanted.levels or level.value in view.wanted.levels
        chosen = view.wanted.levels ^ {level.value}
        mark = [
            icon(sign),
            html.Span(words.say(name)),
            html.Span(f.count(totals.get(level, 0), words.locale), className="num"),
        ]
        drawn.append(
            dcc.Link(
                mark,
                href=address(path, view.wanted, level=",".join(sorted(chosen)).lower()),
                className=f"log-level level-{level.lower()}{'' if is_on else ' is-off'}",
            )
        )
    return drawn


def notices(view: LogView, words: Words) -> list[Component]:
    """Say why the store is silent, and what of the address could not be meant."""
    told = [*([view.problem] if view.problem else []), *view.wanted.problems]
    return [
        html.P(
            [icon("exclamation-triangle"), html.Span(translate(message, words.locale))],
            className="admin-warning",
        )
        for message in told
    ]


def listed(view: LogView, words: Words, path: str, zone: str) -> list[Component]:
    """Draw the entries, newest first."""
    if not view.page.entries:
        return [
            html.P(
                words.say(N_("No entry is like this. Choose a longer time or fewer words.")),
                className="admin-nothing",
            )
        ]
    heads = (N_("Time"), N_("Level"), N_("Category"), N_("Message"), N_("Belongs to"))
    rows = [_row(stored, view, words, path, zone) for stored in view.page.entries]
    older = []
    if view.page.next_cursor:
        link = dcc.Link(
            words.say(N_("Older entries")),
            href=address(path, view.wanted, before=view.page.next_cursor),
            className="button button-secondary",
        )
        older = [html.Div(link, className="admin-acts")]
    return [table(N_("Log entries"), heads, rows, words), *older]


def _row(stored: StoredEntry, view: LogView, words: Words, path: str, zone: str) -> Component:
    entry, is_chosen = stored.entry, view.chosen is not None and stored.key == view.chosen.key
    opens = address(path, view.wanted, entry=stored.key, before=view.wanted.before)
    text = dcc.Link(entry.message, href=opens, className="admin-link log-message", title=entry.message)
    return html.Tr(
        [
            html.Td(
                _clock(entry.created_at, zone),
                title=_exact(entry.created_at, zone, words),
                **data(head=words.say(N_("Time"))),
            ),
            cell(N_("Level"), level_mark(entry.level, words), words),
            cell(N_("Category"), words.say(CATEGORIES.get(entry.category, entry.category)), words),
            cell(N_("Message"), text, words, "log-cell"),
            cell(N_("Belongs to"), belongs(entry, view, words, path)[:1], words),
        ],
        className=f"level-row-{entry.level.lower()}{' is-chosen' if is_chosen else ''}",
    )


def level_mark(level: str, words: Words) -> Component:
    """Draw a level: its sign and its word."""
    name, sign = LEVELS.get(LogLevel(level), (level, "list")) if level in set(LogLevel) else (level, "list")
    return html.Span([icon(sign), words.say(name)], className=f"log-level level-{level.lower()}")


def belongs(entry: LogEntry, view: LogView, words: Words, path: str) -> list[Component]:
    """Link an entry with its transaction, alert, user and request, the nearest first."""
    base = path.rsplit("/", 1)[0]
    links: list[Component] = []
    code = (view.banks or {}).get(entry.bank_id or 0)
    if entry.transaction_id:
        query = (
            urlencode({"bank": code, "id": entry.transaction_id})
            if code
            else urlencode({"id": entry.transaction_id})
        )
        links.append(dcc.Link(entry.transaction_id, href=f"{base}/transaction?{query}"))
    if entry.alert_id is not None:
        named = words.say(N_("alert {number}"), number=entry.alert_id)
        links.append(dcc.Link(named, href=f"{base}/alert?id={entry.alert_id}"))
    if entry.user_id is not None:
        name = (view.users or {}).get(entry.user_id) or words.say(N_("user {number}"), number=entry.user_id)
        links.append(dcc.Link(name, href=f"{base}/users?user={entry.user_id}"))
    if entry.request_id:
        named = words.say(N_("request {number}"), number=entry.request_id[:6])
        links.append(
            dcc.Link(named, href=address(path, view.wanted, q=f"request:{entry.request_id}", level=""))
        )
    return links


def detailed(view: LogView, words: Words, path: str, zone: str) -> list[Component]:
    """Draw the chosen entry with all of its fields."""
    if view.chosen is None:
        return []
    entry = view.chosen.entry
    close = dcc.Link(
        icon("x-lg"),
        href=address(path, view.wanted, before=view.wanted.before),
        className="icon-button",
        title=words.say(N_("Close")),
    )
    links = [html.Span(link, className="log-belongs") for link in belongs(entry, view, words, path)]
    pairs: list[tuple[str, Any]] = [
        (N_("time"), _exact(entry.created_at, zone, words)),
        (N_("category"), words.say(CATEGORIES.get(entry.category, entry.category))),
        (N_("service"), f"{entry.service} · {entry.logger}"),
        (N_("page"), entry.path or f.NOTHING),
        (N_("belongs to"), links or f.NOTHING),
    ]
    if entry.duration_ms is not None:
        pairs.append((N_("took"), f.duration_ms(entry.duration_ms, words.locale)))
    advice = _advice(entry, words, path)
    shown = json.dumps(dict(entry.details), indent=2, ensure_ascii=False, default=str)
    return [
        html.Div([level_mark(entry.level, words), close], className="admin-detail-head"),
        html.P(entry.message, className="log-whole"),
        facts(pairs, words),
        *([html.H3(words.say(N_("What to do"))), html.P(advice)] if advice else []),
        html.H3(words.say(N_("Fields"))),
        html.Pre(shown, tabIndex="0", className="admin-pre"),
        *(
            [html.H3(words.say(N_("Trace"))), html.Pre(entry.exception, tabIndex="0", className="admin-pre")]
            if entry.exception
            else []
        ),
    ]


def _advice(entry: LogEntry, words: Words, path: str) -> list[Any]:
    base = path.rsplit("/", 1)[0]
    if entry.message.startswith("slow query"):
        return [
            words.say(N_("Look at its plan, and at how often it comes:")),
            " ",
            dcc.Link(words.say(N_("Health")), href=f"{base}/database"),
        ]
    if entry.category == "security" and entry.level != LogLevel.INFO:
        return [
            words.say(N_("See who tries from where:")),
            " ",
            dcc.Link(words.say(N_("Users")), href=f"{base}/users"),
        ]
    if entry.exception:
        return [words.say(N_("The person saw only a reference. The trace below says where it happened."))]
    return []


def status(view: LogView, words: Words, zone: str) -> list[Component]:
    """Say how many there are, where they are kept and how long it took."""
    count = sum(
        (view.totals or {}).get(level, 0)
        for level in LEVELS
        if not view.wanted.levels or level in view.wanted.levels
    )
    told = [
        words.say(N_("{count} entries"), count=f.count(count, words.locale)),
        words.say(STORES.get(view.store, view.store)),
        words.say(N_("times in {zone}"), zone=zone),
        f.duration_ms(view.ms, words.locale),
    ]
    return [html.Span(" · ".join(told))]


def _clock(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"


def _exact(at: datetime, zone: str, words: Words) -> str:
    return f"{f.day(at.astimezone(ZoneInfo(zone)).date(), words.locale, year=True)}, {_clock(at, zone)}"
