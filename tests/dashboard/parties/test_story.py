"""The story of a customer and of a merchant: every figure against pandas over the same payments."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.orm import Session

from dashboard import clock
from dashboard.alerts.decisions import Decision, Looked, decide
from dashboard.alerts.detail import alert_detail
from dashboard.labels import set_label, set_labels
from dashboard.overview.events import calendar_of
from dashboard.parties.behaviour import percentile_of, quantile
from dashboard.parties.story import RECENT, Kind, Story, customer_story, merchant_story
from dashboard.parties.usual import usual_range
from database.queries.labels import Statement
from models.access import Person, Role
from models.alerts import AlertStatus
from models.banks import Bank, CalendarEvent, EventType
from models.datasets import Dataset, DatasetKind, DatasetOrigin
from models.errors import ForbiddenError
from models.labels import LabelSource
from tests.alerting import make_alert, make_person
from tests.factories import NOON, make_bank, make_customer, make_merchant, make_transaction

WEEKS = 30
PLACES = ((48.86, 2.35, "Paris"), (45.76, 4.84, "Lyon"), (40.42, -3.7, "Madrid"))
VOLUME = {"purchase", "payment", "debit", "transfer", "cash_out"}


def payments(db: Session, bank: Bank, number: int = 160) -> pd.DataFrame:
    """Payments of three customers at three merchants over thirty weeks, some sharing a device or a card."""
    randomness = random.Random(3)
    people = [
        make_customer(db, bank, f"c{each}", first_name="Ana", last_name=f"L{each}") for each in range(3)
    ]
    shops = [make_merchant(db, bank, f"m{each}", category=f"k{each}") for each in range(3)]
    rows = []
    for each in range(number):
        person, shop = randomness.choice(people), randomness.choice(shops)
        place = randomness.choice(PLACES) if randomness.random() < 0.8 else (None, None, None)
        at = NOON + timedelta(hours=randomness.randint(0, WEEKS * 168))
        row: dict[str, Any] = {
            "transaction_id": f"t{each}",
            "timestamp": at,
            "amount": Decimal(randomness.randint(100, 90_000)) / 100,
            "currency": "EUR" if randomness.random() < 0.9 else "XAF",
            "is_fraud": randomness.choice((None, False, False, True)),
            "transaction_type": randomness.choice(("purchase", "transfer", "refund")),
            "channel": randomness.choice(("online", "pos", "mobile")),
            "device_id": randomness.choice(("d1", "d2", f"own-{person.customer_id}", None)),
            "card_fingerprint": f"card-{person.customer_id}",
            "card_masked": f"**** {person.customer_id}",
            "ip_address": randomness.choice(("10.0.0.1", None)),
            "email_fingerprint": randomness.choice(("mail", None)),
            "latitude": place[0],
            "longitude": place[1],
            "city": place[2],
        }
        made = make_transaction(db, bank, customer=person, merchant=shop, **row)
        night = made.time_of_day_category == "night"
        rows.append({**row, "customer": person.customer_id, "merchant": shop.merchant_id, "night": night})
    frame = pd.DataFrame(rows)
    frame["base"] = [
        float(amount) if code == "EUR" else math.nan
        for amount, code in zip(frame["amount"], frame["currency"], strict=True)
    ]
    frame["counts"] = frame["transaction_type"].isin(VOLUME)
    return frame


@pytest.fixture
def told(db: Session) -> tuple[Person, Bank, pd.DataFrame]:
    bank = make_bank(db)
    return make_person(db, bank), bank, payments(db, bank)


def story(reader: Person, party: str, identity: str) -> Story:
    found = (customer_story if party == "customer" else merchant_story)(reader, None, identity)
    assert found is not None
    return found


PARTIES = [("customer", "c0"), ("customer", "c2"), ("merchant", "m1")]


def recent(frame: pd.DataFrame, last: datetime) -> pd.DataFrame:
    return frame[(frame["timestamp"] > last - RECENT) & (frame["timestamp"] <= last)]


@pytest.mark.parametrize(("party", "identity"), PARTIES)
def test_facts_equal_pandas(told: tuple[Person, Bank, pd.DataFrame], party: str, identity: str) -> None:
    reader, _, frame = told
    found, own = story(reader, party, identity), frame[frame[party] == identity]
    other = "merchant" if party == "customer" else "customer"
    assert found.reach is not None
    assert (found.reach.first, found.reach.last) == (own["timestamp"].min(), own["timestamp"].max())
    for facts, some in ((found.recent, recent(own, found.reach.last)), (found.ever, own)):
        assert facts is not None
        money = some[some["counts"]]
        assert facts.payments == len(some)
        assert float(facts.volume) == pytest.approx(money["base"].sum())
        assert facts.unconverted == money["base"].isna().sum()
        assert (facts.others, facts.devices) == (some[other].nunique(), some["device_id"].nunique())
        assert facts.labelled == some["is_fraud"].notna().sum()
        assert facts.frauds == (some["is_fraud"] == True).sum()  # noqa: E712 - three-valued
    dots = recent(own, found.reach.last).dropna(subset="base").sort_values("timestamp")
    assert sorted(dot.transaction_id for dot in found.dots) == sorted(dots["transaction_id"])
    low, high = np.percentile(dots["base"], [5, 95])
    assert usual_range([dot.amount for dot in found.dots]) == pytest.approx((low, high))


@pytest.mark.parametrize(("party", "identity"), PARTIES)
def test_behaviour_equals_pandas(told: tuple[Person, Bank, pd.DataFrame], party: str, identity: str) -> None:
    reader, _, frame = told
    found, own = story(reader, party, identity), frame[frame[party] == identity].copy()
    other = "merchant" if party == "customer" else "customer"
    last = own["timestamp"].max()
    own["week"] = [int((last - at) / timedelta(weeks=1)) for at in own["timestamp"]]
    lived = int((last - own["timestamp"].min()) / timedelta(weeks=1))
    weeks = pd.RangeIndex(0, lived + 1)
    by_week = own.groupby("week")
    figures = {
        "payments": by_week.size().reindex(weeks, fill_value=0),
        "median": by_week["base"].median().reindex(weeks),
        "largest": by_week["base"].max().reindex(weeks),
        "online": own.assign(x=own["channel"].isin(["online", "mobile"])).groupby("week")["x"].mean(),
        "night": by_week["night"].mean(),
        "others": by_week[other].nunique().reindex(weeks, fill_value=0),
    }
    for habit in found.habits:
        series = figures[habit.slug].dropna().astype(float)
        earlier = series[(series.index >= 1) & (series.index <= lived)].to_numpy()
        assert habit.weeks == len(earlier)
        assert habit.now == pytest.approx(series.get(0))
        assert (habit.least, habit.most) == pytest.approx((earlier.min(), earlier.max()))
        assert (habit.low, habit.high) == pytest.approx(tuple(np.percentile(earlier, [25, 75])))
        if habit.now is not None:
            below = ((earlier < habit.now).sum() + 0.5 * (earlier == habit.now).sum()) / len(earlier)
            assert habit.percentile == pytest.approx(below)


@pytest.mark.parametrize(("party", "identity"), PARTIES)
def test_places_and_counterparties_equal_pandas(
    told: tuple[Person, Bank, pd.DataFrame], party: str, identity: str
) -> None:
    reader, _, frame = told
    found, own = story(reader, party, identity), frame[frame[party] == identity]
    some = recent(own, own["timestamp"].max())
    placed = some.dropna(subset="latitude")
    expected = {
        (round(float(lat), 1), round(float(lon), 1)): (len(rows), int((rows["is_fraud"] == True).sum()))  # noqa: E712 - three-valued
        for (lat, lon), rows in cast("Any", placed.groupby(["latitude", "longitude"]))
    }
    got = {(each.latitude, each.longitude): (each.payments, each.frauds) for each in found.places}
    assert got == expected
    other = "merchant" if party == "customer" else "customer"
    for each in found.counterparties:
        rows = some[some[other] == each.identity]
        assert each.payments == len(rows)
        assert float(each.volume) == pytest.approx(rows[rows["counts"]]["base"].sum())
        assert each.labelled == rows["is_fraud"].notna().sum()
    assert {each.identity for each in found.counterparties} == set(some[other])


def test_what_is_shared_equals_pandas(told: tuple[Person, Bank, pd.DataFrame]) -> None:
    reader, _, frame = told
    found = story(reader, "customer", "c1")
    own = frame[frame["customer"] == "c1"]
    last = own["timestamp"].max()
    window = recent(frame, last)
    expected = {}
    for kind in ("card_fingerprint", "device_id", "ip_address", "email_fingerprint"):
        for value in window[window["customer"] == "c1"][kind].dropna().unique():
            others = window[(window[kind] == value) & (window["customer"] != "c1")]
            if len(others):
                frauds = int((others["is_fraud"] == True).sum())  # noqa: E712 - three-valued
                expected[kind, value] = (
                    others["customer"].nunique(),
                    len(others),
                    int(others["is_fraud"].notna().sum()),
                    frauds,
                )
    got = {
        (each.kind, each.value.removesuffix("/32")): (
            each.customers,
            each.payments,
            each.labelled,
            each.frauds,
        )
        for each in found.shared
    }
    assert got == expected
    assert expected


def test_one_timeline_holds_payments_labels_and_alerts_in_order(db: Session) -> None:
    bank = make_bank(db)
    ana = make_person(db, bank)
    customer, shop = make_customer(db, bank, "c"), make_merchant(db, bank, "m", name="Corner")
    paid = [
        make_transaction(
            db,
            bank,
            f"t{each}",
            customer=customer,
            merchant=shop,
            timestamp=NOON + timedelta(days=each),
            is_fraud=None if each else False,
        )
        for each in range(3)
    ]
    alert = make_alert(db, bank, paid[2])
    decide(ana, [Looked(alert.alert_id, 1)], Decision(AlertStatus.CONFIRMED_FRAUD, "mule"))
    for found in (story(ana, "customer", "c"), story(ana, "merchant", "m")):
        kinds = [each.kind for each in found.timeline]
        assert kinds.count(Kind.PAYMENT) == 3
        assert kinds.count(Kind.LABEL) == 2
        assert (kinds.count(Kind.ALERT), kinds.count(Kind.STEP)) == (1, 1)
        times = [each.at for each in found.timeline]
        assert times == sorted(times, reverse=True)
        assert times[0] <= clock.now()
    assert story(ana, "customer", "c").open_alerts == ()


def test_what_one_import_said_of_many_payments_is_one_line(db: Session) -> None:
    bank = make_bank(db)
    ana, customer = make_person(db, bank), make_customer(db, bank, "c")
    dataset = Dataset(
        bank_id=bank.bank_id,
        name="x",
        kind=DatasetKind.TRANSACTIONS,
        origin=DatasetOrigin.IMPORT,
        rows=80,
    )
    db.add(dataset)
    db.flush()
    for each in range(80):
        at = NOON + timedelta(hours=each)
        told = None if each % 2 else each % 4 == 0
        of_import: dict[str, Any] = {"dataset_id": dataset.dataset_id, "is_fraud": told}
        payment = make_transaction(db, bank, f"t{each}", customer=customer, timestamp=at, **of_import)
        make_alert(db, bank, payment, created_at=NOON + timedelta(days=each // 40))
        said = Statement(payment.transaction_id, is_fraud=False, source=LabelSource.IMPORT)
        if told is None:
            set_labels(db, bank.bank_id, [replace(said, dataset_id=dataset.dataset_id)])
    set_label(db, bank.bank_id, "t79", is_fraud=True, by=ana.user_id)
    found = story(ana, "customer", "c")
    own, imported = [each for each in found.timeline if each.kind is Kind.LABEL]
    assert (own.together, len(imported.together)) == ((), 80)
    assert sum(each.is_fraud is True for each in imported.together) == 20
    assert imported.at == max(each.at for each in imported.together)
    assert [len(each.together) for each in found.timeline if each.kind is Kind.ALERT] == [40]
    assert sum(each.kind is Kind.PAYMENT for each in found.timeline) == 57


def test_named_days_of_the_bank_s_calendar_stand_on_the_strip(db: Session) -> None:
    calendar_of.cache_clear()
    bank, other = make_bank(db), make_bank(db)
    shop = make_merchant(db, bank, "m")
    who = make_customer(db, bank, "c")
    paid = make_transaction(db, bank, customer=who, merchant=shop, timestamp=NOON)
    for whose, days, name in ((bank, 0, "Outage"), (bank, -89, "Sale"), (bank, -95, "x"), (other, 0, "y")):
        day, kind = (NOON + timedelta(days=days)).date(), EventType.CUSTOM
        db.add(CalendarEvent(bank_id=whose.bank_id, event_date=day, event_name=name, type=kind))
    db.flush()
    ana, alert = make_person(db, bank), make_alert(db, bank, paid)
    of_alert = alert_detail(ana, alert.alert_id, now=clock.now())
    assert of_alert is not None
    for events in (story(ana, "customer", "c").events, story(ana, "merchant", "m").events, of_alert.events):
        assert [event.name for event in events] == ["Sale", "Outage"]
    calendar_of.cache_clear()


def test_personal_data_need_their_permission(told: tuple[Person, Bank, pd.DataFrame], db: Session) -> None:
    _, bank, _ = told
    viewer = make_person(db, bank, role=Role.VIEWER)
    with pytest.raises(ForbiddenError):
        customer_story(viewer, None, "c0")
    found = story(viewer, "merchant", "m1")
    assert {each.name for each in found.counterparties} == {None}
    assert not {each.kind for each in found.timeline} & {Kind.ALERT, Kind.STEP}
    assert found.open_alerts == ()


def test_who_is_not_there_has_no_story(db: Session) -> None:
    bank = make_bank(db)
    ana = make_person(db, bank)
    assert customer_story(ana, None, "nobody") is None
    assert merchant_story(ana, bank.code, "nowhere") is None
    make_customer(db, bank, "new")
    found = story(ana, "customer", "new")
    assert (found.reach, found.recent, found.timeline) == (None, None, ())


def test_percentiles_count_ties_half() -> None:
    assert percentile_of(2, [1, 2, 2, 3]) == 0.5
    assert percentile_of(0, [1, 2]) == 0.0
    assert quantile([1.0, 2.0, 4.0], 0.75) == 3.0
    assert usual_range([1.0] * 9) is None
