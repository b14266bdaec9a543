"""Every registered chart, in every state, is a figure that Plotly accepts and our browser code can colour."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboard.charts.figure import Figure
from dashboard.charts.registry import CHARTS
from dashboard.theme import Theme, chart_theme, colours

FIGURES = [
    pytest.param(draw, id=f"{chart.slug}-{place}")
    for chart in CHARTS.values()
    for place, draw in enumerate(chart.examples())
]
TOKEN = re.compile(r"var\(--([\w-]+)\)(?:/\d+)?")
MOST_POINTS = 2_000


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def themed(figure: Figure, theme: Theme) -> Any:
    known = colours(theme)
    return json.loads(TOKEN.sub(lambda token: known[token[1]], json.dumps(figure)))


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
@pytest.mark.parametrize("draw", FIGURES)
def test_a_chart_is_valid_in_both_themes(draw: Any, theme: Theme) -> None:
    figure = go.Figure(themed(draw(), theme))
    figure.update_layout(template=go.layout.Template(chart_theme(theme)["template"]))
    assert figure.to_json()


@pytest.mark.parametrize("draw", FIGURES)
def test_a_chart_carries_no_template_and_no_colour_of_a_theme(draw: Any) -> None:
    figure = draw()
    assert "template" not in figure["layout"]
    assert not [text for text in _strings(figure) if re.search(r"#[0-9a-fA-F]{6}\b", text)]


@pytest.mark.parametrize("draw", FIGURES)
def test_a_trace_has_at_most_2000_points_and_only_plain_values(draw: Any) -> None:
    figure = draw()
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure
    for trace in figure["data"]:
        assert len(trace.get("x", [])) <= MOST_POINTS


@pytest.mark.parametrize("draw", FIGURES)
def test_no_text_needs_a_style_of_its_own(draw: Any) -> None:
    # Plotly writes bold and colour of a part of a text as a style attribute, which the content policy blocks.
    figure = draw()
    for trace in figure["data"]:
        trace.pop("customdata", None)  # A stored value, never drawn.
    texts = "".join(_strings(figure))
    assert not re.findall(r"<(?!br>|extra>|/extra>)[^>]*>", texts)


@pytest.mark.parametrize("draw", FIGURES)
def test_margins_are_fixed(draw: Any) -> None:
    layout = draw()["layout"]
    assert set(layout["margin"]) == {"l", "r", "t", "b"}
    assert not [axis for axis in ("xaxis", "yaxis") if layout[axis].get("automargin")]


def test_every_chart_module_is_registered() -> None:
    folder = Path(__file__).parents[3] / "dashboard" / "charts"
    drawing = {"figure", "sparkline", "names", "time_axis"}
    parts = {"__init__", "registry", "examples", "party_examples"} | drawing
    modules = {path.stem for path in folder.glob("*.py")} - parts
    assert len(modules) == len(CHARTS)
