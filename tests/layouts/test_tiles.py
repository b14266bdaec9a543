"""A tile says its figure, a verdict in words, and how sure it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from dash import html

from dashboard.charts.figure import Words
from dashboard.language import translator
from dashboard.overview.kpis import Figure, Kpi
from dashboard.statistics.intervals import Estimate
from dashboard.statistics.verdicts import Outcome, Verdict
from database.metrics import METRICS
from layouts import verdicts
from layouts.tiles import tile

EN, FR = Words("en", translator("en")), Words("fr", translator("fr"))
UP = Verdict(Outcome.UP, Estimate(0.00015, 0.0001, 0.0002), 0.09)


def texts(component: Any) -> list[str]:
    """Return every text of a component that is seen at once, in order, with plain spaces."""
    if "reasons" in getattr(component, "className", ""):
        return []
    if isinstance(component, str):
        return [component.replace("\u00a0", " ").replace("\u202f", " ")]
    children = getattr(component, "children", component)
    if isinstance(children, list):
        return [text for child in children for text in texts(child)]
    return texts(children) if children is not None and children is not component else []


def drawn(slug: str, figure: Figure, words: Words = EN) -> list[str]:
    return [text for text in texts(tile(Kpi(METRICS[slug], (figure,)), words)) if text]


def test_a_rate_has_its_interval_and_what_it_was() -> None:
    figure = Figure(0.00183, Estimate(0.00183, 0.00176, 0.00191), 0.00168, UP, hits=2_351, trials=1_284_310)
    assert drawn("fraud_rate", figure) == [
        "Fraud rate by count",
        "0.183",
        " %",
        "up 0.015 points",
        "0.176–0.191, was 0.168 %",
    ]
    assert drawn("fraud_rate", figure, FR)[1:] == [
        "0,183",
        " %",
        "hausse de 0,015 pt",
        "0,176–0,191, avant 0,168 %",
    ]


def test_an_amount_changes_by_a_share() -> None:
    verdict = Verdict(Outcome.DOWN, Estimate(-100, -150, -50), -0.098)
    figure = Figure(
        486_120, Estimate(486_120, 449_000, 523_000), 471_900, verdict, "EUR", exact_e4=4_861_204_000
    )
    assert drawn("fraud_amount", figure) == [
        "Fraud amount",
        "€486,120",
        "down 9.8 %",
        "€449–523 k, was €472 k",
    ]


def test_a_count_says_what_was_before() -> None:
    figure = Figure(1_284_310, None, 1_233_728, Verdict(Outcome.UP, Estimate(1, 1, 1), 0.041))
    assert drawn("transactions", figure)[1:] == ["1,284,310", "up 4.1 %", "1,233,728 before"]


def test_the_average_stands_between_smallest_and_largest() -> None:
    figure = Figure(
        70.76,
        None,
        None,
        Verdict(Outcome.NO_CHANGE),
        "USD",
        smallest_e4=10_000,
        largest_e4=190_727_900,
    )
    assert drawn("average_amount", figure)[1:] == ["$70.76", "no clear change", "from $1.00 to $19,073"]


def test_without_label_dates_the_difference_is_told_instead_of_a_direction() -> None:
    verdict = Verdict(Outcome.NO_LABEL_DATES, Estimate(-0.0026, -0.0038, -0.0014))
    figure = Figure(0.00222, Estimate(0.00222, 0.0018, 0.0028), 0.00486, verdict)
    assert drawn("fraud_rate", figure)[-2:] == [
        "0.180–0.280, was 0.486 %",
        "−0.26 points, −0.38 to −0.14",
    ]
    assert "can’t tell (no label dates)" in drawn("fraud_rate", figure)


def test_a_comparison_cut_short_says_up_to_when() -> None:
    figure = Figure(0.002, Estimate(0.002, 0.001, 0.003), 0.002, UP, compared_until=date(2026, 10, 24))
    assert drawn("fraud_rate", figure)[-1] == "compared up to 24 Oct"


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome.LABELS_COMING, "labels still coming"),
        (Outcome.NO_LABELS, "no labels"),
        (Outcome.NOT_ANALYSED, "not analysed yet"),
        (Outcome.NOTHING_BEFORE, "no full period before"),
    ],
)
def test_what_cannot_be_said_says_why(outcome: Outcome, sentence: str) -> None:
    figure = Figure(None, None, None, Verdict(outcome))
    assert drawn("anomalies", figure) == ["Anomalies", "–", sentence]


def test_no_fraud_at_all_shows_no_empty_interval() -> None:
    verdict = Verdict(Outcome.NO_LABEL_DATES, Estimate(0, 0, 0))
    figure = Figure(0.0, Estimate(0, 0, 0), 0.0, verdict, "USD", exact_e4=0)
    assert drawn("fraud_amount", figure)[-1] == "$0.00 before"


def test_several_currencies_stand_below_each_other() -> None:
    figures = tuple(
        Figure(value, None, None, Verdict(Outcome.NO_CHANGE), currency)
        for currency, value in (("EUR", 844_361.0), ("USD", 1_098_173.0))
    )
    found = [text for text in texts(tile(Kpi(METRICS["volume"], figures), EN)) if text]
    assert found == ["Volume", "€844,361", "EUR", "$1,098,173", "USD"]


def opened(slug: str, figure: Figure, words: Words = EN) -> list[list[str]]:
    """Return what each disclosure of a tile says when it is opened."""
    found = []
    for details in disclosures(tile(Kpi(METRICS[slug], (figure,)), words)):
        summary, menu = details.children
        assert isinstance(summary, html.Summary)
        assert texts(summary.children)
        found.append([text for line in menu.children for text in texts(line)])
    return found


def disclosures(component: Any) -> list[html.Details]:
    if isinstance(component, html.Details):
        return [component]
    children = getattr(component, "children", None)
    among = children if isinstance(children, list) else [children]
    return [
        one for child in among if child is not None and child is not component for one in disclosures(child)
    ]


def test_a_verdict_opens_its_reason_without_a_mouse() -> None:
    figure = Figure(
        0.002, Estimate(0.002, 0.001, 0.003), 0.001, UP, hits=2, trials=9, compared_until=date(2026, 10, 24)
    )
    assert opened("fraud_rate", figure) == [
        [
            "+0.015 points, 0.010 to 0.020: the 95 % interval leaves zero out.",
            "0.100–0.300, was 0.100 %",
            "compared up to 24 Oct",
            METRICS["fraud_rate"].definition.msgid,
        ]
    ]
    within = Verdict(Outcome.NO_CHANGE, Estimate(4, -1, 9), 0.1, is_within_days=True)
    ((why, days, *_),) = opened("transactions", Figure(9, None, 5, within))
    assert why == "+4, −1 to 9: the 95 % interval holds zero."
    assert days == "Single payments alone would show a change, but days differ as much."
    ((why, *_),) = opened("fraud_rate", Figure(0.1, None, None, Verdict(Outcome.LABELS_COMING)), FR)
    assert why == "Trop peu de jours sont assez anciens pour que leurs étiquettes soient comparées."


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.NOT_COMPARED])
def test_every_verdict_has_a_reason(outcome: Outcome) -> None:
    verdict = Verdict(outcome, Estimate(0.1, 0.05, 0.2), 0.1)
    for slug in ("fraud_rate", "volume", "transactions"):
        ((why, *_),) = opened(slug, Figure(0.1, None, None, verdict, "EUR"))
        assert why
        assert "{" not in why


def test_each_of_several_currencies_opens_its_own_verdict() -> None:
    figures = tuple(
        Figure(value, None, None, Verdict(Outcome.NO_CHANGE, Estimate(1, -1, 3), 0.1), currency)
        for currency, value in (("EUR", 844_361.0), ("USD", 1_098_173.0))
    )
    found = disclosures(tile(Kpi(METRICS["volume"], figures), EN))
    assert len(found) == 2
    assert "no clear change" in str(found[0])


@pytest.mark.parametrize(
    ("slug", "outcome", "tone"),
    [
        ("fraud_rate", Outcome.UP, "is-worse"),
        ("fraud_rate", Outcome.DOWN, "is-better"),
        ("volume", Outcome.UP, "is-plain"),
        ("fraud_rate", Outcome.NO_CHANGE, "is-unsure"),
    ],
)
def test_only_what_is_good_or_bad_is_coloured(slug: str, outcome: Outcome, tone: str) -> None:
    figure = Figure(0.1, None, None, Verdict(outcome, Estimate(0.1, 0.05, 0.2), 0.1), "EUR")
    assert tone in str(tile(Kpi(METRICS[slug], (figure,)), EN))


@pytest.mark.parametrize(("count", "whole"), [(0.276, 1), (-0.4, -1), (0.0, 0), (12.5, 12), (0.6, 1)])
def test_the_end_of_an_interval_is_not_rounded_onto_zero(count: float, whole: int) -> None:
    assert verdicts.whole(count) == whole
