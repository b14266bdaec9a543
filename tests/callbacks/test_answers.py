from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
from dash import Patch, dcc, html, no_update
from plotly.io.json import to_json_plotly

from callbacks.answers import encoded

NESTED: Any = [html.P(None)]
TREE = html.Div([html.Span("a <b>", title="é"), NESTED, dcc.Link("x", href="/?a=1")], id="top")
FIGURE = {"data": [{"y": [1, None, 2.5], "x": ("a", "b", "c")}], "layout": {}}


@pytest.mark.parametrize(
    "answer",
    [
        {"one": TREE, "two": FIGURE, "three": "text", "four": None, "five": [TREE, "word"]},
        [TREE, 3, FIGURE],
        TREE,
        {"numbers": [float("nan"), 1]},
    ],
)
def test_what_the_browser_gets_is_what_dash_itself_would_have_sent(answer: Any) -> None:
    assert orjson.loads(to_json_plotly(encoded(answer))) == orjson.loads(to_json_plotly(answer))


def test_what_dash_must_look_at_stays_as_it_is() -> None:
    patch = Patch()
    answer = encoded({"kept": no_update, "patched": patch, "text": "words"})
    assert answer["kept"] is no_update
    assert answer["patched"] is patch
    assert answer["text"] == "words"


def test_numbers_of_numpy_are_numbers() -> None:
    assert orjson.loads(to_json_plotly(encoded({"data": {"y": np.array([1, 2])}}))) == {"data": {"y": [1, 2]}}


def test_what_no_browser_could_read_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        encoded({"data": [object()]})


def test_every_kind_of_component_is_written_as_dash_writes_it() -> None:
    kinds: list[Any] = [kind for name, kind in vars(html).items() if name[0].isupper()]
    for kind in kinds:
        one = kind("words", id="one", className="wide", **{"data-mark": "x", "aria-label": "y"})
        assert orjson.loads(to_json_plotly(encoded([one]))) == [one.to_plotly_json()]
    assert len(kinds) > 100
