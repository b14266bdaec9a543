"""Who may call what: every callback and every route, tried by every standard visitor.

The tables are written by hand, a second time: a new callback or route is not in them and fails here.
"""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import pytest
from dash import Input, Output
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from callbacks.application import create_application, refuse_unguarded
from callbacks.interface import Interface
from callbacks.registrar import SHELL, PageCallbacks
from dashboard.config import WebSettings
from dashboard.web.access import access_of
from layouts.pages import PAGES
from models.users import User
from tests.visitors import EVERYBODY, FOREIGN, STRANGER, Visitors

SIGNED_IN: Final = frozenset({"viewer", "analyst", "lead", "admin", FOREIGN})
LEADS: Final = frozenset({"lead", "admin"})
ADMINS: Final = frozenset({"admin"})
DECIDERS: Final = SIGNED_IN - {"viewer"}

CALLBACKS: Final[dict[str, frozenset[str]]] = {
    "page.children": SIGNED_IN,
    "overview-charts.data": SIGNED_IN,
    "highvalue-charts.data": SIGNED_IN,
    "riskscore-charts.data": SIGNED_IN,
    "riskrate-charts.data": SIGNED_IN,
    "data-datasets.children": LEADS,
    "data-arrival.children": LEADS,
    "data-report.children": LEADS,
    "transactions-data.data": SIGNED_IN,
    "users-list.children": ADMINS,
    "banks-list.children": ADMINS,
    "health-content.children": ADMINS,
    "logs-list.children": ADMINS,
    "transaction-content.children": SIGNED_IN,
    "alerts-data.data": DECIDERS,
    "alert-content.children": DECIDERS,
    "customer-above.children": DECIDERS,
    "merchant-above.children": SIGNED_IN,
}
"""Each server callback by its first output, and who may call it."""

BROWSER_ONLY: Final = frozenset(
    {
        "alerts-status.children",
        "frame.data-asked",
        "frame.data-path",
        "highvalue-counts-graph.figure",
        "overview-rate-graph.figure",
        "riskrate-curve-graph.figure",
        "riskscore-scores-graph.figure",
        "transactions-status.children",
        "url.search",
    }
)
"""Callbacks that run in the browser alone and never reach the server."""

ROUTES: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "/login": ("GET POST", frozenset(EVERYBODY)),
    "/health": ("GET", frozenset(EVERYBODY)),
    "/ready": ("GET", frozenset(EVERYBODY)),
    "/public/<digest>/<name>": ("GET", frozenset(EVERYBODY)),
    "/logout": ("POST", SIGNED_IN),
    "/password": ("GET POST", SIGNED_IN),
    "/preferences": ("PUT", SIGNED_IN),
    "/uploads": ("POST", LEADS),
    "/uploads/<upload_id>": ("GET PUT DELETE", LEADS),
    "/data/checks": ("POST", LEADS),
    "/data/imports": ("POST", LEADS),
    "/data/runs/<int:job_id>/cancel": ("POST", LEADS),
    "/data/runs/<int:job_id>/retry": ("POST", LEADS),
    "/data/runs/<int:job_id>/rejects": ("GET", LEADS),
    "/data/datasets/<bank>/<int:dataset_id>/affected": ("GET", LEADS),
    "/data/datasets/<bank>/<int:dataset_id>/undo": ("POST", LEADS),
    "/data/demo": ("GET", frozenset({"admin"})),
    "/data/demo/remove": ("POST", frozenset({"admin"})),
    "/_session": ("GET", SIGNED_IN),
    "/users": ("POST", ADMINS),
    "/users/<int:user_id>/<change>": ("POST", ADMINS),
    "/banks/<code>": ("POST", ADMINS),
    "/v/<digest>/<name>": ("GET", SIGNED_IN),
    "/": ("GET", SIGNED_IN),
    "/<path:path>": ("GET", SIGNED_IN),
    "/_rows": ("GET", SIGNED_IN),
    "/_news": ("GET", DECIDERS),
    "/_alerts": ("GET", DECIDERS),
    "/alerts/frozen": ("POST", DECIDERS),
    "/alerts/preview": ("POST", DECIDERS),
    "/alerts/decide": ("POST", DECIDERS),
    "/alerts/assign": ("POST", DECIDERS),
    "/alerts/note": ("POST", DECIDERS),
    "/alerts/undo": ("POST", DECIDERS),
    "/_choices": ("GET", SIGNED_IN),
    "/_search": ("GET", SIGNED_IN),
    "/export/transactions.<kind>": ("GET", SIGNED_IN - {"viewer"}),
    "/_dash-layout": ("GET", SIGNED_IN),
    "/_dash-dependencies": ("GET", SIGNED_IN),
    "/_dash-update-component": ("POST", SIGNED_IN),
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": ("GET", SIGNED_IN),
    "/assets/<path:filename>": ("GET", frozenset()),
    "/_reload-hash": ("GET", frozenset()),
    "/_favicon.ico": ("GET", frozenset()),
}
"""Each route, the methods that do something, and for whom."""

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REFUSED: Final = frozenset({302, 400, 401, 403, 404, 405, 415})
FILLED: Final = {
    "<digest>/<name>": "0/20_shell.js",
    "<string:package_name>/<path:fingerprinted_path>": "dash/dash-renderer/build/dash_renderer.min.js",
    "<path:path>": "no/such/page",
    "transactions.<kind>": "transactions.csv",
    "<path:filename>": "20_shell.css",
    "<upload_id>": "0" * 32,
    "<int:job_id>": "7",
    "<int:dataset_id>": "7",
    "<bank>": "nowhere",
    "<int:user_id>/<change>": "7/unlock",
    "<code>": "nowhere",
}


def first(output: str) -> str:
    return output.strip(".").split("...", maxsplit=1)[0].split("@")[0]


def body_of(app: Interface, entry: dict[str, Any], pathname: str = "/") -> dict[str, Any]:
    """What a browser would send for a callback; every input empty but the address."""

    def filled(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        values = {"pathname": pathname, "search": ""}
        return [{**item, "value": "" if is_asked(item) else values.get(item["property"])} for item in items]

    stated = app.callback_map[entry["output"]]
    outputs = [
        dict(zip(("id", "property"), part.split("@")[0].rsplit(".", 1), strict=True))
        for part in entry["output"].strip(".").split("...")
    ]
    is_multiple = entry["output"].startswith("..")
    return {
        "output": entry["output"],
        "outputs": outputs if is_multiple else outputs[0],
        "inputs": filled(stated["inputs"]),
        "state": filled(stated["state"]),
        "changedPropIds": ["{id}.{property}".format_map(stated["inputs"][0])],
    }


def is_asked(item: dict[str, Any]) -> bool:
    """Whether it is a page's own copy of the address."""
    return item["id"] in {page.asked for page in PAGES.values()}


def server_callbacks(app: Interface) -> list[dict[str, Any]]:
    return [entry for entry in app.registered if not entry.get("clientside_function")]


def test_every_callback_is_known_here_by_name(application: Interface) -> None:
    known = {first(entry["output"]) for entry in server_callbacks(application)}
    assert known == set(CALLBACKS), "callback-table: write who may call it into CALLBACKS"
    browser = {first(e["output"]) for e in application.registered if e.get("clientside_function")}
    assert browser == BROWSER_ONLY, "callback-table: write it into BROWSER_ONLY"


def test_every_callback_is_guarded_and_stands_once(application: Interface) -> None:
    outputs = [entry["output"] for entry in application.registered]
    assert len(outputs) == len(set(outputs)), "doubled-callback"
    assert set(outputs) == set(application.permissions), "unguarded-callback"
    assert {output for output in outputs if output in application.callback_map} == set(outputs)
    assert set(application.callback_map) == set(outputs), "unguarded-callback"


def test_a_callback_past_the_registrar_stops_the_start() -> None:
    app = create_application(WebSettings.from_env())
    app.callback(Output("page", "title"), Input("url", "hash"))(lambda value: value)
    with pytest.raises(RuntimeError, match="unguarded-callback"):
        refuse_unguarded(app)


def test_two_callbacks_on_one_output_stop_the_start() -> None:
    app = create_application(WebSettings.from_env())
    for source in ("hash", "href"):
        PageCallbacks(app, SHELL).callback(Output("page", "title"), Input("url", source))(str)
    with pytest.raises(RuntimeError, match="doubled-callback"):
        refuse_unguarded(app)


def test_serving_adds_no_callback(visitors: Visitors) -> None:
    before = [entry["output"] for entry in visitors.app.registered]
    client = visitors.browser("admin")
    for path in ("/", "/_dash-layout", "/_dash-dependencies", "/no/such/page"):
        client.get(path)
    assert [entry["output"] for entry in visitors.app.registered] == before


@pytest.mark.parametrize("who", EVERYBODY)
def test_callbacks_answer_exactly_those_who_may_call_them(visitors: Visitors, who: str) -> None:
    client = visitors.browser(who)
    wrong = []
    entries = server_callbacks(visitors.app)
    for entry in entries:
        answer = client.post("/_dash-update-component", json=body_of(visitors.app, entry))
        is_answered = answer.status_code in {200, 204}
        if is_answered is not (who in CALLBACKS[first(entry["output"])]):
            wrong.append(f"{first(entry['output'])}: {answer.status_code}")
        if not is_answered:
            assert answer.status_code == (401 if who == STRANGER else 403)
            assert "response" not in answer.text
    assert entries
    assert not wrong, f"access-matrix: {who}: {wrong}"


def test_an_analyst_of_another_bank_sees_nothing_of_this_one(visitors: Visitors) -> None:
    for who, sees in (("analyst", "Northern Savings"), (FOREIGN, "Southern Credit")):
        hidden = {"Northern Savings", "Southern Credit"} - {sees}
        client, seen = visitors.browser(who), ""
        queries = ("", "?bank=north", "?bank=south", "?bank=all")
        for entry, query in product(server_callbacks(visitors.app), queries):
            body = body_of(visitors.app, entry)
            for item in body["inputs"] + body["state"]:
                if item["property"] == "search" or is_asked(item):
                    item["value"] = query
            text = client.post("/_dash-update-component", json=body).text
            assert not any(name in text for name in hidden), f"{who} saw {hidden} by {query}"
            seen += text
        assert sees in seen


def test_forged_triggers_and_names_give_no_rights(visitors: Visitors) -> None:
    client = visitors.browser("viewer")
    entry = server_callbacks(visitors.app)[0]
    body = body_of(visitors.app, entry)
    names: list[Any] = [
        "page.title",
        "..page.title...toolbar.title..",
        "frame.data-path",
        "",
        "../x",
        None,
        7,
        [],
    ]
    bodies: list[Any] = [{**body, "output": forged} for forged in names]
    bodies += [[], "x", 3, {}, {"output": entry["output"]}, {**body, "inputs": []}, {**body, "state": 3}]
    triggers: list[Any] = [[None], [{}], ["page"], ["page.title"], "url"]
    bodies += [{**body, "changedPropIds": forged} for forged in triggers]
    more = [*body["outputs"], {"id": "page", "property": "title"}]
    others: list[Any] = [None, {}, [], [{}], body["outputs"][:1], more]
    bodies += [{**body, "outputs": forged} for forged in others]
    values: list[Any] = [7, [], {}, True, 0.5]
    for part, forged in product(("inputs", "state"), values):
        bodies.append({**body, part: [{**item, "value": forged} for item in body[part]]})
        bodies.append({**body, part: [{**item, "property": forged} for item in body[part]]})
    for forged in bodies:
        answer = client.post("/_dash-update-component", json=forged)
        assert answer.status_code == 400, (forged, answer.status_code)


@pytest.mark.parametrize("opened", ["[", '{"output":', "[{", '{"output": "a", "inputs": ['])
def test_a_body_nested_too_deeply_is_a_bad_request(visitors: Visitors, opened: str) -> None:
    client = visitors.browser("viewer")
    for path, method in (("/_dash-update-component", "POST"), ("/preferences", "PUT")):
        answer = client.open(path, method=method, data=opened * 100_000, content_type="application/json")
        assert answer.status_code == 400, (path, answer.status_code)


def test_who_must_change_the_password_reaches_nothing_else(visitors: Visitors) -> None:
    client = visitors.browser("admin")
    visitors.db.execute(update(User).where(User.username == "admin").values(must_change_password=True))
    for entry in server_callbacks(visitors.app):
        assert client.post("/_dash-update-component", json=body_of(visitors.app, entry)).status_code == 403
    reached = {
        rule
        for rule, (methods, _) in ROUTES.items()
        for method in methods.split()
        if rule != "/logout"
        and 200 <= tried(visitors, "admin", method, rule, client=client).status_code < 300
    }
    assert reached == {"/password", "/health", "/ready", "/public/<digest>/<name>"}


def path_of(rule: str) -> str:
    for pattern, value in FILLED.items():
        rule = rule.replace(pattern, value)
    assert "<" not in rule, f"say in FILLED what stands for {rule}"
    return rule.replace("/public/0/20_shell.js", "/public/0/theme.js")


def tried(visitors: Visitors, who: str, method: str, rule: str, client: Any = None) -> TestResponse:
    client = client or visitors.browser(who)
    body: dict[str, Any] = {} if method in {"GET", "HEAD", "OPTIONS"} else {"json": {}}
    if rule == "/_dash-update-component" and method == "POST":
        body = {"json": body_of(visitors.app, server_callbacks(visitors.app)[0])}
    answer: TestResponse = client.open(path_of(rule), method=method, buffered=True, **body)
    return answer


def test_every_route_is_known_here(application: Interface) -> None:
    rules = {str(rule) for rule in application.server.url_map.iter_rules()}
    assert rules == set(ROUTES), "route-table: write for whom it is open into ROUTES"


def test_every_route_says_for_whom_it_is(application: Interface) -> None:
    server: Flask = application.server
    silent = [r.endpoint for r in server.url_map.iter_rules() if access_of(server, r.endpoint) is None]
    assert not silent, f"unguarded-route: {silent}"


@pytest.mark.parametrize("who", EVERYBODY)
def test_routes_open_for_exactly_those_they_are_for(visitors: Visitors, who: str) -> None:
    wrong = []
    for (rule, (methods, people)), method in product(ROUTES.items(), METHODS):
        answer = tried(visitors, who, method, rule)
        is_open = answer.status_code not in REFUSED or _is_own_refusal(who, rule, method, answer)
        expected = who in _people(rule, methods, people, method)
        if is_open is not expected:
            wrong.append(f"{method} {rule}: {answer.status_code} {answer.location}")
    assert not wrong, f"access-matrix: {who}: {wrong}"


def _people(rule: str, methods: str, people: frozenset[str], method: str) -> frozenset[str]:
    """Who gets an answer: HEAD goes with GET, and GET of what only takes writes is the pages' own address."""
    if method == "OPTIONS":
        # It tells the methods of an address, nothing else; a stranger is told only of open ones.
        return people
    does = method in methods.split() or (method == "HEAD" and "GET" in methods.split())
    if not does and method in {"GET", "HEAD"} and rule not in {"/<path:path>", "/"}:
        return ROUTES["/<path:path>"][1]
    return people if does else frozenset()


def _is_own_refusal(who: str, rule: str, method: str, answer: TestResponse) -> bool:
    """Whether the view itself, and not the gate, said no to the empty form or sent somewhere."""
    if rule == "/login":
        return (method, answer.status_code) == ("POST", 401) or answer.location == "/"
    if rule == "/password" and who != STRANGER:
        return (method, answer.status_code) == ("POST", 401)
    looking = ("/uploads", "/data/", "/users/", "/banks/", "/alerts/", "/_alerts")
    if rule.startswith(looking) and who in ROUTES[rule][1]:
        # Nothing is there for an empty request: the view looked for it, so the gate let it in.
        does = method in ROUTES[rule][0].split() or (method == "HEAD" and "GET" in ROUTES[rule][0])
        return does and answer.status_code in {400, 404, 415}
    return False


def test_a_route_that_says_nothing_is_closed_to_everybody() -> None:
    app = create_application(WebSettings.from_env())
    app.server.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert access_of(app.server, "forgotten") is None


@pytest.mark.parametrize("who", EVERYBODY)
def test_an_undeclared_route_is_refused(
    visitors: Visitors, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server: Flask = visitors.app.server
    monkeypatch.setitem(server.extensions["vigie_access"], "/_dash-layout", None)
    answer = visitors.browser(who).get("/_dash-layout")
    assert answer.status_code == (401 if who == STRANGER else 403)


def test_the_matrix_is_not_empty(application: Interface) -> None:
    assert len(server_callbacks(application)) == len(CALLBACKS) > 0
    assert len(ROUTES) > 10
