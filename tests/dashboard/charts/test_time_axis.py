"""Days with a name stand on the axis: few, apart from each other, in the words of their step, harmless."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from dashboard.charts.counts import counts_over_time
from dashboard.charts.examples import WORDS
from dashboard.charts.figure import ticks
from dashboard.charts.over_time import rate_over_time
from dashboard.charts.time_axis import event_lines, event_names, events_by_step
from dashboard.filters import Filters, Measure
from dashboard.overview.events import Event, calendar_of, events_of
from dashboard.overview.rates import rate_of
from dashboard.overview.series import Grain, Point, Series
from dashboard.periods import Span
from dashboard.view import look
from database.segments import Sums, extent
from models.banks import CalendarEvent, EventType
from tests.dashboard.overview.test_build import NOW, TODAY, see
from tests.factories import make_bank, make_transaction

FIRST = datetime.fromisoformat("2026-10-01")


def series(*named: tuple[int, str, EventType], steps: int = 30, grain: Grain = Grain.DAY) -> Series:
    hours = {Grain.HOUR: 1, Grain.DAY: 24, Grain.WEEK: 168, Grain.MONTH: 24 * 31}[grain]
    rate = rate_of(Sums(rows=400, labelled=400, frauds=3), Measure.COUNT)
    points = tuple(
        Point(FIRST + timedelta(hours=hours * step), 400, rate, None, None, None) for step in range(steps)
    )
    given = tuple(Event((FIRST + timedelta(days=day)).date(), name, kind) for day, name, kind in named)
    return Series(grain, points, is_running=False, events=given)


def test_each_event_is_in_the_words_of_its_step() -> None:
    told = series((3, "All Saints’ Day", EventType.HOLIDAY), (3, "Sale", EventType.PROMOTION))
    assert [name for name in events_by_step(told) if name] == ["All Saints’ Day, Sale"]
    assert events_by_step(told)[3] == "All Saints’ Day, Sale"
    for figure in (rate_over_time(told, Measure.COUNT, WORDS[0]), counts_over_time(told, WORDS[0])):
        texts = [text for trace in figure["data"] for text in trace.get("text", []) if "Sale" in text]
        assert texts
        assert all("4 Oct" in text for text in texts)
    assert events_by_step(replace(told, grain=Grain.MONTH)) == [""] * 30
    assert [
        name for name in events_by_step(series((9, "x", EventType.CUSTOM), grain=Grain.WEEK)) if name
    ] == ["x"]


def test_lines_are_few_and_names_do_not_meet() -> None:
    many = series(*((day, f"Day number {day}", EventType.HOLIDAY) for day in range(30)))
    assert len(event_lines(many)) == 6
    names = event_names(many)
    assert 1 <= len(names) < 4
    two = event_names(series((2, "Outage", EventType.CUSTOM), (20, "Sale", EventType.PROMOTION)))
    assert [(each["text"], each["xanchor"]) for each in two] == [("Sale", "left"), ("Outage", "left")]
    (late,) = event_names(series((29, "Terminals down", EventType.CUSTOM)))
    assert late["xanchor"] == "right"


def test_what_is_no_holiday_is_drawn_before_holidays_and_alone_over_long_ranges() -> None:
    given = [(day, f"h{day}", EventType.HOLIDAY) for day in range(10, 20)]
    drawn = series((1, "Outage", EventType.CUSTOM), *given)
    assert "2026-10-02 00:00" in [line["x0"] for line in event_lines(drawn)]
    weeks = series((1, "Outage", EventType.CUSTOM), *given, steps=40, grain=Grain.WEEK)
    assert len(event_lines(weeks)) == 1


def test_no_bar_of_counts_reaches_the_names() -> None:
    named = counts_over_time(series((4, "Sale", EventType.PROMOTION)), WORDS[0])["layout"]
    plain = counts_over_time(series(), WORDS[0])["layout"]
    assert named["yaxis"]["range"][1] * 0.87 > 400
    assert plain["yaxis"]["range"][1] < named["yaxis"]["range"][1]


def test_names_over_bars_stand_at_the_top_even_over_young_days() -> None:
    told = series((4, "Sale", EventType.PROMOTION))
    young = replace(told, points=tuple(replace(point, completeness=0.4) for point in told.points))
    (over_bars,) = [
        each for each in counts_over_time(young, WORDS[0])["layout"]["annotations"] if each["text"] == "Sale"
    ]
    (over_line,) = event_names(young)
    assert (over_bars["yshift"], over_line["yshift"]) == (0, -16)


def test_a_name_is_no_markup() -> None:
    (only,) = event_names(series((4, "<a href='x'>y</a>", EventType.CUSTOM)))
    assert "<" not in only["text"]
    assert "<" not in events_by_step(series((4, "<b>", EventType.CUSTOM)))[4]


def test_the_calendar_of_the_chosen_banks_stands_on_the_page(db: Session) -> None:
    calendar_of.cache_clear()
    one, other = make_bank(db), make_bank(db)
    for bank, name in ((one, "Our outage"), (other, "Their outage")):
        make_transaction(db, bank, timestamp=TODAY)
        db.add_all(
            CalendarEvent(bank_id=bank.bank_id, event_name=name, event_date=day, type=EventType.CUSTOM)
            for day in (TODAY.date() - timedelta(days=3), date(2020, 1, 1))
        )
    db.flush()
    assert [event.name for event in see(db, one).series.events] == ["Our outage"]
    view = look(Filters.from_query(""), [one, other], extent(db), NOW)
    assert {event.name for event in events_of(db, view.bank_ids, view.span)} == {"Our outage", "Their outage"}
    assert events_of(db, view.bank_ids, Span(NOW, NOW + timedelta(days=1), "UTC")) == ()
    calendar_of.cache_clear()


def test_young_days_are_hatched_and_say_how_far_their_labels_are() -> None:
    even = series(steps=10)
    young = replace(
        even, points=tuple(replace(p, completeness=1.0 - n / 12) for n, p in enumerate(even.points))
    )
    figure = rate_over_time(young, Measure.COUNT, WORDS[0])
    (hatch,) = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert hatch["marker"]["pattern"]["shape"] == "/"
    assert hatch["x"] == [f"2026-10-{day:02} 00:00" for day in range(2, 11)]
    notes = [each["text"] for each in figure["layout"]["annotations"]]
    assert "labels still coming, 92 % → 25 % in" in notes
    told = [text for trace in figure["data"] for text in trace.get("text", [])]
    assert any("labels 25 % in" in text for text in told)
    without_dates = rate_over_time(even, Measure.COUNT, WORDS[0])
    assert not [trace for trace in without_dates["data"] if trace["type"] == "bar"]
    assert not [each for each in without_dates["layout"]["annotations"] if "labels" in each["text"][:7]]


def test_payments_are_counted_in_whole_ticks() -> None:
    for highest, ticked in (
        (0, [0, 1]),
        (1, [0, 1, 2]),
        (3, [0, 1, 2, 3]),
        (9, [0, 5, 10]),
        (90, [0, 25, 50, 75, 100]),
    ):
        assert ticks(highest, is_count=True) == ticked
    assert ticks(9) == [0, 2.5, 5, 7.5, 10]


def test_a_first_week_cut_short_makes_no_bar_of_the_others_thin() -> None:
    weeks = series(steps=5, grain=Grain.WEEK)
    cut = replace(weeks.points[0], at=weeks.points[1].at - timedelta(days=1))
    (bars,) = counts_over_time(replace(weeks, points=(cut, *weeks.points[1:])), WORDS[0])["data"][:1]
    day = 24 * 3_600_000
    assert bars["offset"] == 0
    assert bars["width"] == [day * 0.75, *[7 * day * 0.75] * 4]
    assert "width" not in counts_over_time(series(), WORDS[0])["data"][0]


def test_the_line_s_name_stands_under_the_words_on_young_days() -> None:
    even = series()
    before = even.points[0].rate
    points = [replace(point, before=before, completeness=0.4) for point in even.points]
    layout = rate_over_time(replace(even, points=tuple(points)), Measure.COUNT, WORDS[0])["layout"]
    (name,) = [each for each in layout["annotations"] if each["text"] == "this period"]
    assert name["y"] <= layout["yaxis"]["range"][1] * 0.62


def test_a_first_month_cut_short_is_not_named_into_the_next() -> None:
    months = series(steps=4, grain=Grain.MONTH)
    cut = replace(months.points[0], at=months.points[1].at - timedelta(days=7))
    axis = rate_over_time(replace(months, points=(cut, *months.points[1:])), Measure.COUNT, WORDS[0])[
        "layout"
    ]
    assert axis["xaxis"]["tickvals"] == [f"{point.at:%Y-%m-%d %H:%M}" for point in months.points[1:]]
    whole = rate_over_time(months, Measure.COUNT, WORDS[0])["layout"]["xaxis"]
    assert len(whole["tickvals"]) == 4
    assert whole["tickangle"] == 0
