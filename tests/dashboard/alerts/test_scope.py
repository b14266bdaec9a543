"""Who works for another bank neither sees nor changes its alerts and people, whatever number they name."""

from __future__ import annotations

import pytest

from dashboard import clock
from dashboard.alerts.assigning import assign
from dashboard.alerts.bulk import preview
from dashboard.alerts.decisions import Decision, Looked, add_note, decide
from dashboard.alerts.detail import alert_detail
from dashboard.alerts.listing import alerts_of, frozen, news_of
from dashboard.alerts.undoing import undo
from dashboard.parties.story import customer_story, merchant_story
from dashboard.search import find
from database.connection import execute_query, get_db_session
from models.alerts import AlertStatus
from models.errors import NotFoundError
from tests.alerting import make_alert, make_person
from tests.factories import make_bank, make_customer, make_merchant, make_transaction
from tests.servers import Database


def test_an_alert_of_another_bank_does_not_exist(committed: Database) -> None:
    with get_db_session() as session:
        north, south = make_bank(session, "north"), make_bank(session, "south")
        ana, stranger = make_person(session, north), make_person(session, south)
    with get_db_session(["north"]) as session:
        payment = make_transaction(
            session,
            north,
            customer=make_customer(session, north, "c"),
            merchant=make_merchant(session, north, "m"),
        )
        alert = make_alert(session, north, payment)
    look = [Looked(alert.alert_id, 1)]
    review = Decision(AlertStatus.IN_REVIEW)
    for act in (
        lambda: decide(stranger, look, review),
        lambda: assign(stranger, look, stranger.user_id),
        lambda: add_note(stranger, alert.alert_id, "x"),
    ):
        with pytest.raises(NotFoundError):
            act()
    step = decide(ana, look, review).done[0].event_id
    with pytest.raises(NotFoundError):
        undo(stranger, step)
    now = clock.now()
    assert alert_detail(stranger, alert.alert_id, now=now) is None
    assert preview(stranger, look, AlertStatus.ESCALATED).movable == ()
    for query in ("range=all", "range=all&bank=north", "range=all&bank=all&status=all"):
        assert alerts_of(stranger, query, now=now).first.rows == ()
        assert frozen(stranger, query, now=now) == ()
    assert news_of(stranger, 0, now=now).newest == 0
    assert customer_story(stranger, None, "c") is None
    assert merchant_story(stranger, None, "m") is None
    assert find(stranger, str(alert.alert_id)) == ()
    assert alert_detail(ana, alert.alert_id, now=now) is not None
    rows = execute_query("select status, version from alerts", banks=["north"])
    assert rows == [{"status": "in_review", "version": 2}]
