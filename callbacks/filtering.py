"""The filter bar's part of a page's callbacks: what its answer fills, and the custom range."""

from __future__ import annotations

from dash import Input, Output, State

from callbacks.registrar import PageCallbacks
from layouts import shell
from layouts.filter_controls import FilterIds


def filter_outputs(ids: FilterIds, *, compares: bool = True) -> dict[str, Output]:
    """Return the outputs that the content of the controls goes to, by its names."""
    comparison = {
        "comparison_label": Output(ids.comparison_label, "children"),
        "comparison_menu": Output(ids.comparison_menu, "children"),
    }
    return {
        "range_label": Output(ids.range_label, "children"),
        "range_menu": Output(ids.range_menu, "children"),
        **(comparison if compares else {}),
        "bank_label": Output(ids.bank_label, "children"),
        "bank_menu": Output(ids.bank_menu, "children"),
        "since": Output(ids.first_day, "value"),
        "until": Output(ids.last_day, "value"),
    }


def register_range(callbacks: PageCallbacks, ids: FilterIds) -> None:
    """Register what makes an address of the two days of a custom range, in the browser alone."""
    callbacks.clientside(
        "applyRange",
        Output(shell.URL, "search", allow_duplicate=True),
        Input(ids.apply, "n_clicks"),
        State(ids.first_day, "value"),
        State(ids.last_day, "value"),
        State(shell.URL, "search"),
        prevent_initial_call=True,
    )
