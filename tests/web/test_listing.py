"""Lists, values to filter by and the search: each answers its person, in their banks only, and reads on."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from dashboard import clock
from dashboard.transactions import ask as asking
from dashboard.transactions.export import Export
from dashboard.web import listing
from models.access import Person, Role
from models.merchants import Merchant
from tests.factories import NOON, make_bank, make_customer, make_merchant, make_transaction
from tests.visitors import FOREIGN, Visitors


def rows_of(visitors: Visitors, who: str, query: str, after: str) -> Any:
    answer = visitors.browser(who).get(f"/_rows?{urlencode({'q': query, 'after': after})}")
    return answer.status_code, answer.get_json()


def listed(visitors: Visitors, number: int, **values: Any) -> None:
    shop = make_merchant(
        visitors.db, visitors.bank, f"shop {number}", name="Élan Vert", search_key="elan vert"
    )
    person = make_customer(
        visitors.db,
        visitors.bank,
        f"person {number}",
        first_name="Ana",
        last_name="Lima",
        search_key="ana lima",
    )
    for each in range(number):
        make_transaction(
            visitors.db,
            visitors.bank,
            f"t-{each:04}",
            timestamp=NOON + timedelta(minutes=each),
            amount=Decimal(each + 1),
            merchant=shop,
            customer=person,
            **values,
        )


@pytest.mark.parametrize(
    ("order", "at", "first"),
    [
        ("largest", "3", "t-0002"),
        ("smallest", "2.5", "t-0002"),
        ("newest", NOON.date().isoformat(), "t-0004"),
        ("oldest", NOON.date().isoformat(), "t-0000"),
        ("newest", "1999-01-01", None),
    ],
)
def test_a_list_begins_at_a_value_of_its_order(
    visitors: Visitors, order: str, at: str, first: str | None
) -> None:
    listed(visitors, 5)
    places = urlencode({"q": f"bank=north&range=all&order={order}", "at": at})
    rows = visitors.browser("analyst").get(f"/_rows?{places}").get_json()["rows"]
    assert (rows[0]["id"] if rows else None) == first


@pytest.mark.parametrize("at", ["yesterday", "2024-13-01", "0001-01-01", "9999-12-31", "x" * 401, "\0"])
def test_a_value_that_is_none_of_the_order_is_refused(visitors: Visitors, at: str) -> None:
    listed(visitors, 1)
    places = urlencode({"q": "bank=north&range=all", "at": at})
    assert visitors.browser("analyst").get(f"/_rows?{places}").status_code in {200, 400, 422}


@pytest.mark.parametrize("query", ["hour=", "hour!=", "hour=&hour=mon-03", "amount=1e999999.."])
def test_an_address_that_means_nothing_lists_nothing_and_is_no_fault(visitors: Visitors, query: str) -> None:
    listed(visitors, 1)
    status, answer = rows_of(visitors, "analyst", f"bank=north&range=all&{query}", "")
    assert status == 200
    # Every row has an hour; what cannot be meant is left out.
    assert len(answer["rows"]) == (0 if query.startswith("hour=") else 1)


def test_slow_readers_of_exports_leave_the_pages_their_threads(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, path = visitors.browser("analyst"), "/export/transactions.csv?bank=north&range=all"
    assert client.get(f"{path}&channel=fax").status_code == 400
    monkeypatch.setattr(
        listing, "export", lambda *_, **__: Export("a.zip", "application/zip", iter([b"a", b"b"]))
    )
    slow = [client.get(path) for _ in range(listing.MOST_EXPORTS)]
    assert {answer.status_code for answer in slow} == {200}
    assert client.get(path).status_code == 503
    slow.pop().close()
    with client.get(path) as answer:
        assert answer.get_data() == b"ab"
    for answer in slow:
        answer.close()


def test_a_list_reads_on_from_where_its_first_block_ended(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(visitors, 7)
    monkeypatch.setattr(asking, "BLOCK", 3)
    analyst = Person(visitors.users["analyst"].user_id, "ana", "Ana", Role.ANALYST, ("north",), "en", "light")
    query = "bank=north&range=all"
    first = asking.ask(analyst, query, now=clock.now()).first
    assert first is not None
    seen, after = [row.transaction_id for row in first.rows], first.after
    while after:
        status, answer = rows_of(visitors, "analyst", query, after)
        assert status == 200
        seen += [line["id"] for line in answer["rows"]]
        after = answer["after"]
    assert seen == [f"t-{each:04}" for each in reversed(range(7))]


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "[]",
        "[1]",
        '["2024-01-01","t",1]',
        '[null,"t","1"]',
        '[{},"t",1]',
        "[" * 300,
        '["x","t",1]',
        '[1,"t",99999999999999]',
    ],
)
def test_a_place_that_does_not_exist_is_refused_with_a_sentence(visitors: Visitors, after: str) -> None:
    listed(visitors, 2)
    for order in ("newest", "largest", "riskiest"):
        status, answer = rows_of(visitors, "analyst", f"bank=north&range=all&order={order}", after)
        assert status in {200, 400}
        if status == 400:
            assert "place in the list" in answer["message"]


def test_names_of_people_are_listed_for_who_may_see_them(visitors: Visitors) -> None:
    listed(visitors, 1)
    place = json.dumps(["2199-01-01T00:00:00+00:00", "z", 1])
    shown = {
        who: rows_of(visitors, who, "bank=north&range=all", place)[1]["rows"][0]
        for who in ("analyst", "viewer")
    }
    assert shown["analyst"]["customer"] == "Ana Lima"
    assert shown["viewer"]["customer"] == "person 1"
    assert shown["viewer"]["merchant"] == shown["analyst"]["merchant"] == "Élan Vert"


def test_nobody_lists_finds_or_exports_another_bank(visitors: Visitors) -> None:
    listed(visitors, 2)
    place = json.dumps(["2199-01-01T00:00:00+00:00", "z", 1])
    client = visitors.browser(FOREIGN)
    for query in ("bank=north&range=all", "bank=all&range=all", "range=all"):
        assert rows_of(visitors, FOREIGN, query, place)[1]["rows"] == []
    for path in ("/_search?q=t-0", "/_search?q=ana", "/_search?q=elan", "/_choices?bank=north"):
        answer = client.get(path)
        assert answer.status_code == 200
        for secret in ("t-0000", "Ana", "Élan", "north"):
            assert secret not in answer.text
    export = client.get("/export/transactions.csv?bank=north&range=all")
    assert export.status_code == 400
    assert "t-0000" not in export.text


def test_the_search_finds_by_the_beginning_of_an_id_or_a_name(visitors: Visitors) -> None:
    listed(visitors, 3)
    client = visitors.browser("analyst")
    found = {
        text: [(hit["group"], hit["title"]) for hit in client.get(f"/_search?q={text}").get_json()["hits"]]
        for text in ("t-000", "ANA L", "élan", "person 3", "x", "nobody")
    }
    assert [title for _, title in found["t-000"]] == ["t-0000", "t-0001", "t-0002"]
    assert found["ANA L"] == found["person 3"] == [("Customers", "Ana Lima")]
    assert found["élan"] == [("Merchants", "Élan Vert")]
    assert found["x"] == found["nobody"] == []
    assert visitors.browser("viewer").get("/_search?q=ana l").get_json()["hits"] == []


def test_the_values_to_filter_by_are_those_of_the_chosen_banks(visitors: Visitors) -> None:
    listed(visitors, 2, country="FR", is_fraud=True)
    other = make_bank(visitors.db)
    make_transaction(visitors.db, other, country="US")
    groups = {
        group["key"]: dict(group["values"])
        for group in visitors.browser("analyst").get("/_choices?bank=north").get_json()["groups"]
    }
    assert groups["country"] == {"FR": "France"}
    assert groups["label"] == {"fraud": "fraud"}
    assert "hour" not in groups


def test_a_hostile_text_is_answered_with_nothing(visitors: Visitors) -> None:
    client = visitors.browser("analyst")
    for text in ("%00", "%27%3B--", "%", "_" * 300, "%F0%9F%92%A9", "\\", "A" * 200, "9" * 60):
        answer = client.get(f"/_search?q={text}")
        assert answer.status_code == 200
        assert answer.get_json()["hits"] == []


def test_the_merchants_of_the_factories_are_searchable(visitors: Visitors) -> None:
    assert isinstance(make_merchant(visitors.db, visitors.bank), Merchant)
    assert visitors.browser("viewer").get("/_search?q=merchant").get_json()["hits"]
