"""What the Users page answers with: its filters, the list, one person, the form for a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.administration.people import People, SeenLogin, SeenSession, SeenUser, Wanted, state_of
from dashboard.charts.figure import Words
from layouts.admin_parts import (
    act,
    ago,
    cell,
    choice,
    field,
    form,
    question,
    search,
    select,
    table,
    toggles,
    two_lines,
)
from layouts.icons import icon
from layouts.shell import ROLE_NAMES, initials
from models.access import Role
from models.messages import N_

NEW_NAME, NEW_USERNAME, NEW_EMAIL = (f"users-new-{part}" for part in ("name", "username", "email"))
STATES = {
    "active": (N_("active"), "check-lg"),
    "locked": (N_("locked out"), "lock-fill"),
    "off": (N_("off"), "slash-circle"),
}
ROLES_MEAN = {
    Role.VIEWER: N_("Sees dashboards, no personal data."),
    Role.ANALYST: N_("Sees dashboards and customers, decides alerts, exports."),
    Role.LEAD: N_("Also assigns and approves, edits rules, imports data."),
    Role.ADMIN: N_("Also looks after people, banks, logs and the data."),
}
OUTCOMES = {
    "succeeded": (N_("signed in"), "check-lg"),
    "tried": (N_("tried"), "arrow-right"),
    "locked": (N_("refused: too many tries"), "lock-fill"),
    "slowed": (N_("slowed down"), "hourglass-split"),
    "unlocked": (N_("let in again"), "key"),
}
ENDINGS = {
    "signed out": N_("signed out"),
    "idle": N_("idle"),
    "too old": N_("too old"),
    "password changed": N_("password changed"),
    "password reset": N_("password reset"),
    "account closed": N_("account closed"),
    "ended by an administrator": N_("ended by an administrator"),
}


def filters(found: People, words: Words) -> list[Component]:
    """Draw what narrows the list, as the address says it, and how many are shown."""
    say, wanted = words.say, found.wanted
    everything = ("", say(N_("all")))
    roles = [everything, *((role.value, say(ROLE_NAMES[role])) for role in Role)]
    banks = [everything, *((bank.code, bank.name) for bank in found.banks)]
    states = [everything, *((state, say(name)) for state, (name, _) in STATES.items())]
    return [
        search("q", say(N_("Name or e-mail")), wanted.text, "users-search"),
        choice("role", say(N_("role")), roles, wanted.role),
        choice("bank", say(N_("bank")), banks, wanted.bank),
        choice("state", say(N_("account")), states, wanted.state),
        html.Span(
            say(N_("{shown} of {total}"), shown=len(found.shown), total=found.total), className="row-count"
        ),
    ]


def listed(found: People, words: Words, path: str) -> Component:
    """Draw the people whom the address asks for."""
    if not found.shown:
        return html.P(words.say(N_("Nobody is like this. Lift a choice above.")), className="admin-nothing")
    heads = (N_("Person"), N_("Role"), N_("Banks"), N_("Last seen"), N_("Account"))
    rows = [_row(user, found, words, path) for user in found.shown]
    return table(N_("Users"), heads, rows, words)


def _row(user: SeenUser, found: People, words: Words, path: str) -> Component:
    is_chosen = found.chosen is not None and user.user_id == found.chosen.user_id
    name = dcc.Link(
        user.full_name or user.username,
        href=_address(path, found.wanted, user.user_id),
        className="admin-link",
    )
    person = html.Div(
        [
            html.Span(initials(user.full_name or user.username), className="admin-face"),
            two_lines(name, user.email),
        ],
        className="admin-person",
    )
    return html.Tr(
        [
            cell(N_("Person"), person, words),
            cell(N_("Role"), words.say(ROLE_NAMES[user.role]), words),
            cell(N_("Banks"), _banks(user, found, words), words),
            cell(N_("Last seen"), ago(user.last_seen_at, found.now, words), words),
            cell(N_("Account"), _state(user, words), words),
        ],
        className="is-chosen" if is_chosen else None,
    )


def _banks(user: SeenUser, found: People, words: Words) -> str:
    if found.banks and len(user.banks) == len(found.banks):
        return words.say(N_("all banks"))
    names = {bank.code: bank.name for bank in found.banks}
    return ", ".join(names.get(code, code) for code in user.banks) or words.say(N_("none"))


def _state(user: SeenUser, words: Words) -> Component:
    state = state_of(user)
    name, sign = STATES[state]
    return html.Span([icon(sign), words.say(name)], className=f"admin-state state-{state}")


def _address(path: str, wanted: Wanted, user_id: int | None = None) -> str:
    kept = {
        "q": wanted.text,
        "role": wanted.role,
        "bank": wanted.bank,
        "state": wanted.state,
        "user": user_id,
    }
    query = urlencode({key: value for key, value in kept.items() if value})
    return f"{path}?{query}" if query else path


def detailed(found: People, words: Words, path: str) -> list[Component]:
    """Draw the chosen person: what they may do, their sessions and their tries to sign in."""
    user, say = found.chosen, words.say
    if user is None:
        return []
    name = user.full_name or user.username
    close = dcc.Link(
        icon("x-lg"),
        href=_address(path, found.wanted),
        className="icon-button",
        title=say(N_("Close")),
    )
    head = html.Div(
        [
            html.Span(initials(name), className="admin-face"),
            two_lines(html.H2(name), f"{user.username} · {user.email}"),
            close,
        ],
        className="admin-detail-head",
    )
    return [
        head,
        *_locked(user, found, words),
        html.Div(_acts(user, found, words), className="admin-acts admin-acts-left"),
        _role(user, found, words),
        form(
            f"users/{user.user_id}/banks",
            [toggles("banks", say(N_("Banks")), [(b.code, b.name) for b in found.banks], user.banks)],
            say(N_("Save the banks")),
        ),
        _sessions(user, found, words),
        _logins(found.logins, found, words),
    ]


def _locked(user: SeenUser, found: People, words: Words) -> list[Component]:
    told = []
    if user.refused_at is not None:
        ago_ = f.age(found.now - user.refused_at, words.locale)
        told.append(
            words.say(N_("Refused {age} ago after too many tries. Opens by itself after 30 min."), age=ago_)
        )
    if user.must_change_password:
        told.append(words.say(N_("Must choose a new password at the next request.")))
    return [html.P([icon("lock-fill"), html.Span(text)], className="admin-warning") for text in told]


def _acts(user: SeenUser, found: People, words: Words) -> list[Component]:
    say, at, acts = words.say, f"users/{user.user_id}", []
    name, number = user.full_name or user.username, user.open_sessions
    if user.refused_at is not None:
        acts.append(act("key", say(N_("Unlock")), f"{at}/unlock", kind="button-primary"))
    if user.user_id != found.me:
        told = [
            say(N_("A new password is made up and shown to you once.")),
            say(N_("Open sessions that end: {count}."), count=number),
        ]
        asked = question(
            say(N_("Reset the password of {name}?"), name=name), told, say(N_("Reset the password"))
        )
        acts.append(act("key", say(N_("Reset password")), f"{at}/reset-password", ask=asked))
    if not user.must_change_password:
        acts.append(act("arrow-counterclockwise", say(N_("Demand a new password")), f"{at}/demand-password"))
    if user.user_id != found.me and user.is_active:
        told = [
            say(N_("Open sessions that end: {count}."), count=number),
            say(N_("The history stays, and the account can be opened again.")),
        ]
        asked = question(say(N_("Switch {name} off?"), name=name), told, say(N_("Switch off")))
        acts.append(
            act("slash-circle", say(N_("Switch off")), f"{at}/disable", ask=asked, kind="button-dangerous")
        )
    if not user.is_active:
        acts.append(act("check-lg", say(N_("Switch on")), f"{at}/enable", kind="button-primary"))
    return acts


def _role(user: SeenUser, found: People, words: Words) -> Component:
    say, is_me = words.say, user.user_id == found.me
    roles = [(role.value, say(ROLE_NAMES[role])) for role in Role]
    note = (
        say(N_("Your own role is changed by another administrator.")) if is_me else say(ROLES_MEAN[user.role])
    )
    picked = field(say(N_("Role")), select("role", roles, user.role.value, is_locked=is_me), note)
    if is_me:
        return html.Div(picked, className="admin-form")
    return form(f"users/{user.user_id}/role", [picked], say(N_("Save the role")))


def _sessions(user: SeenUser, found: People, words: Words) -> Component:
    say = words.say
    end_all = act("x-lg", say(N_("End all")), f"users/{user.user_id}/end-sessions", kind="button-quiet")
    head = html.Div(
        [html.H3(say(N_("Sessions"))), *([end_all] if user.open_sessions else [])],
        className="admin-section-head",
    )
    rows = [_session(one, user, found, words) for one in found.sessions]
    nothing = html.P(say(N_("None yet.")), className="admin-second")
    return html.Section([head, html.Ul(rows, className="admin-lines") if rows else nothing])


def _session(one: SeenSession, user: SeenUser, found: People, words: Words) -> Component:
    say, is_open = words.say, one.ended_at is None
    ending = say(N_("open")) if is_open else say(ENDINGS.get(one.end_reason or "", N_("ended")))
    end: list[Any] = []
    if is_open:
        path, body = f"users/{user.user_id}/end-session", {"session": one.session_id}
        end = [act("x-lg", say(N_("End")), path, body=body, kind="button-quiet")]
    at = ago(one.last_seen_at if is_open else one.ended_at, found.now, words)
    parts = [html.Span(at), html.Span(ending), html.Span(one.ip, className="num", title=one.user_agent), *end]
    return html.Li(parts, className="" if is_open else "is-over")


def _logins(logins: Sequence[SeenLogin], found: People, words: Words) -> Component:
    rows = [_login(one, found, words) for one in logins]
    nothing = html.P(words.say(N_("None yet.")), className="admin-second")
    title = html.H3(words.say(N_("Last sign-ins")))
    return html.Section([title, html.Ul(rows, className="admin-lines") if rows else nothing])


def _login(one: SeenLogin, found: People, words: Words) -> Component:
    name, sign = OUTCOMES.get(one.outcome, (one.outcome, "arrow-right"))
    return html.Li(
        [
            html.Span(ago(one.at, found.now, words)),
            html.Span([icon(sign), words.say(name)], className=f"outcome-{one.outcome}"),
            html.Span(one.ip, className="num", title=one.user_agent),
        ]
    )


def new_person(found: People, words: Words) -> Component:
    """Draw the form for a new account."""
    say = words.say
    roles = [(role.value, say(ROLE_NAMES[role])) for role in Role]
    inputs = [
        field(
            say(label),
            dcc.Input(id=id_, name=name, autoComplete="off", maxLength=most),
        )
        for id_, name, label, most in (
            (NEW_NAME, "full_name", N_("Name"), 120),
            (NEW_USERNAME, "username", N_("Username"), 64),
            (NEW_EMAIL, "email", N_("E-mail"), 254),
        )
    ]
    picked = field(say(N_("Role")), select("role", roles, Role.ANALYST.value))
    banks = toggles("banks", say(N_("Banks")), [(b.code, b.name) for b in found.banks], ())
    head = html.H2(say(N_("New person")))
    return html.Div(
        [head, form("users", [*inputs, picked, banks], say(N_("Make the account")), is_primary=True)]
    )
