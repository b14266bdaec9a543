"""A sparkline is one small image that takes its colour from the page."""

from __future__ import annotations

from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from dashboard.charts.sparkline import sparkline


def drawn(*values: float | None, **options: object) -> str:
    address = sparkline(values, **options)  # type: ignore[arg-type]  # options of either kind
    assert address is not None
    start = "data:image/svg+xml,"
    assert address.startswith(start)
    text = unquote(address.removeprefix(start))
    ET.fromstring(text)  # noqa: S314 - our own drawing, a line above
    return text


def test_higher_is_further_up_and_gaps_stay_gaps() -> None:
    assert 'd="M3.0 23.0L28.0 3.0L53.0 13.0"' in drawn(0, 10, 5)
    assert 'd="M3.0 23.0M53.0 3.0"' in drawn(0, None, 10)


def test_both_lines_share_one_scale() -> None:
    assert 'd="M3.0 23.0L53.0 13.0"' in drawn(0, 5, among=(10,))


def test_a_flat_line_is_in_the_middle() -> None:
    assert 'd="M3.0 13.0L53.0 13.0"' in drawn(4, 4)


def test_the_line_before_is_dashed_and_has_no_end_point() -> None:
    text = drawn(1, 2, is_dashed=True)
    assert "stroke-dasharray" in text
    assert "circle" not in text


@pytest.mark.parametrize("values", [(), (1,), (None, None), (None, 1)])
def test_under_two_values_there_is_no_line(values: tuple[float | None, ...]) -> None:
    assert sparkline(values) is None
