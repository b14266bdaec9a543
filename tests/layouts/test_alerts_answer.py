"""The alert list's answer: what the navigation counts and what stands here are told apart in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dashboard import clock
from dashboard.alerts.listing import alerts_of
from layouts.alerts_answer import answered
from models.alerts import Severity
from tests.alerting import make_alert, make_person
from tests.factories import make_bank, make_transaction
from tests.layouts.test_filter_bar import links
from tests.layouts.test_tiles import texts

NOW = clock.now()


def notices(db: Session, query: str, locale: str = "en") -> tuple[list[str], list[str], list[Any]]:
    """Two open alerts of yesterday, three of a year ago; texts and links of the notices, texts of the tab."""
    bank = make_bank(db)
    for days in (1, 1, 365, 365, 365):
        payment = make_transaction(db, bank, timestamp=NOW - timedelta(days=days))
        make_alert(db, bank, payment, severity=Severity.CRITICAL if days > 1 else Severity.LOW)
    ana = make_person(db, bank)
    parts = answered(alerts_of(ana, query, now=NOW), ana.user_id, locale, "/alerts", asked=query)
    return texts(parts["notices"]), [href for _, href in links(parts["notices"])], texts(parts["views"][0])


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "This range and filter: 2 of the 5 open alerts that the navigation counts."),
        ("fr", "Cette période et ce filtre : 2 des 5 alertes ouvertes que compte la navigation."),
    ],
)
def test_fewer_alerts_than_the_navigation_counts_are_explained(db: Session, locale: str, said: str) -> None:
    told, hrefs, tab = notices(db, "range=30d", locale)
    assert said in told
    assert hrefs == ["/alerts?range=all&bank=all"]
    assert tab[-1] == "2"


def test_a_chosen_severity_is_part_of_the_filter(db: Session) -> None:
    told, _, tab = notices(db, "range=all&severity=low")
    assert "This range and filter: 2 of the 5 open alerts that the navigation counts." in told
    assert tab[-1] == "2"


def test_where_both_count_the_same_nothing_is_said(db: Session) -> None:
    told, _, tab = notices(db, "range=all")
    assert (told, tab[-1]) == ([], "5")
