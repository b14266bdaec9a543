"""The pages of customers and merchants: words for what is unusual, one line for what was said at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dashboard.charts.figure import Words
from dashboard.charts.payments import Payment, Strip, payment_strip
from dashboard.charts.places import Box, clipped, outline
from dashboard.language import translator
from dashboard.overview.events import Event
from dashboard.parties.behaviour import Habit
from database.queries.timelines import Happening, Kind
from layouts.party_behaviour import standing
from layouts.party_timeline import parts_of, together
from models.banks import EventType
from tests.layouts.test_tiles import texts

EN, FR = Words("en", translator("en")), Words("fr", translator("fr"))
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HABIT = Habit("payments", "payments a week", "count", 5, 0.5, 2, 4, 6, 9, 52)


@pytest.mark.parametrize(
    ("now", "percentile", "english", "french"),
    [
        (5, 0.5, "as usual", "comme d’habitude"),
        (4, 0.25, "as usual", "comme d’habitude"),
        (8, 0.95, "above 95 % of weeks", "plus que 95 % des semaines"),
        (3, 0.1, "below 90 % of weeks", "moins que 90 % des semaines"),
        (10, 1.0, "the highest of 53 weeks", "le maximum de 53 semaines"),
        (0, 0.0, "the lowest of 53 weeks", "le minimum de 53 semaines"),
    ],
)
def test_where_a_week_stands_is_said_in_words(
    now: float, percentile: float, english: str, french: str
) -> None:
    habit = replace(HABIT, now=now, percentile=percentile)
    for words, said in ((EN, english), (FR, french)):
        assert texts(standing(habit, words)) == [said]


def happening(kind: Kind, **values: object) -> Happening:
    empty = dict.fromkeys(Happening.__dataclass_fields__) | {"together": (), "kind": kind, "at": AT}
    return Happening(**(empty | values))  # type: ignore[arg-type]  # given by name


def test_what_was_said_at_once_is_told_with_its_parts() -> None:
    labels = [happening(Kind.LABEL, is_fraud=each % 4 == 0, detail="import") for each in range(16)]
    told = replace(labels[0], together=tuple(labels))
    assert (together(told, EN), parts_of(told, EN)) == ("16 labels at once: import", "fraud 4, genuine 12")
    assert together(told, FR) == "16 étiquettes à la fois : import"
    alerts = [happening(Kind.ALERT, detail=each) for each in ("low", "critical", "low")]
    raised = replace(alerts[0], together=tuple(alerts))
    assert (together(raised, EN), parts_of(raised, EN)) == ("3 alerts raised at once", "critical 1, low 2")


def test_named_days_are_drawn_on_a_strip_and_told_by_its_marks() -> None:
    days = [Event((AT - timedelta(days=each)).date(), f"day {each}", EventType.CUSTOM) for each in (40, 0)]
    paid = [Payment(AT - timedelta(days=each), 10.0, None, str(each)) for each in (40, 20, 0)]
    strip = payment_strip(Strip(paid, AT - timedelta(days=90), AT, None, "EUR", "UTC", events=days), EN)
    layout = strip["layout"]
    assert [each["x0"] for each in layout["shapes"]] == ["2026-03-02 00:00", "2026-01-21 00:00"]
    assert [each["text"] for each in layout["annotations"]] == ["day 0", "day 40"]
    told = strip["data"][0]["text"]
    assert [text.split("<br>")[-1] for text in told[:3:2]] == ["day 40", "day 0"]
    assert "day" not in told[1]
    assert strip["data"][-1]["text"] == ["day 0", "day 40"]


def test_no_land_is_drawn_across_the_whole_map() -> None:
    assert all(abs(x - before) < 180 for ring in outline() for (before, _), (x, _) in pairwise(ring))
    box = Box(-170.0, -56.0, 180.0, 75.0)
    widest = max(x for ring in outline() for x, _ in clipped(ring, box))
    assert 170 < widest <= 180
