"""A request bears the name of its page, for logs and slow statements."""

from __future__ import annotations

import pytest
from flask import Flask

from dashboard.web.naming import name_requests
from database import context

DISPATCH = "/_dash-update-component?x=1"


@pytest.fixture
def server() -> Flask:
    made = Flask(__name__)
    name_requests(made)
    made.add_url_rule("/<path:_path>", view_func=_named, methods=["GET", "POST"])
    return made


def _named(_path: str) -> list[str | None]:
    acting = context.current()
    return [acting.page, acting.filter]


@pytest.mark.parametrize(
    ("asked", "referer", "named"),
    [
        ("/export?bank=a", None, ["/export", "bank=a"]),
        ("/export", "http://localhost/alerts?range=7d", ["/export", None]),
        (DISPATCH, "http://localhost/alerts?range=7d", ["/alerts", "range=7d"]),
        (DISPATCH, "http://localhost", ["/", None]),
        (DISPATCH, None, ["/_dash-update-component", "x=1"]),
        (DISPATCH, "http://[", ["/_dash-update-component", "x=1"]),
    ],
)
def test_a_request_is_named_by_its_page(
    server: Flask, asked: str, referer: str | None, named: list[str | None]
) -> None:
    headers = {} if referer is None else {"Referer": referer}
    assert server.test_client().post(asked, headers=headers).get_json() == named


def test_below_a_base_path_the_page_is_named_as_elsewhere(server: Flask) -> None:
    given = {"Referer": "http://localhost/vigie/alerts?range=7d"}
    asked = server.test_client().post(DISPATCH, headers=given, environ_overrides={"SCRIPT_NAME": "/vigie"})
    assert asked.get_json() == ["/alerts", "range=7d"]
