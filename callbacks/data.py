"""The Data page: its two tables looked at again and again, and the file that has arrived."""

from __future__ import annotations

from typing import Any

from dash import Input, Output
from dash.development.base_component import Component

from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from dashboard import clock
from dashboard.charts.figure import Words
from dashboard.data.arrival import arrival
from dashboard.data.board import board
from dashboard.data.checking import checked
from dashboard.language import translator
from dashboard.web.signed_in import settings
from layouts.arrival import arrived
from layouts.check_report import reported
from layouts.data_tables import datasets_table, runs_table
from layouts.pages import data as page


def register(app: Interface) -> None:
    """Register the page's callbacks."""
    callbacks = PageCallbacks(app, page.PAGE)
    callbacks.callback(
        Output(page.DATASETS, "children"),
        Output(page.RUNS, "children"),
        Output(page.TICK, "interval"),
        Input(page.TICK, "n_intervals"),
        Input(page.ACTED, "data"),
    )(show_tables)
    callbacks.callback(
        Output(page.ARRIVAL, "children"),
        Input(page.UPLOADED, "data"),
    )(show_arrival)
    callbacks.callback(
        Output(page.REPORT, "children"), Input(page.CHECK, "data"), Input(page.TICK, "n_intervals")
    )(show_report)


def show_tables(_ticks: int | None, _acted: int | None) -> tuple[Component, Component, int]:
    """Draw what is stored and what runs, and say how soon to look again."""
    found, words = board(person(), now=clock.now()), spoken()
    often = page.LOOK_OFTEN_MS if found.is_busy else page.LOOK_SELDOM_MS
    return datasets_table(found, words), runs_table(found, words), often


def show_arrival(asked: Any) -> list[Component]:
    """Draw the form of the uploaded file, if there is one."""
    found = arrival(person(), settings().home, asked)
    return [] if found is None else arrived(found, spoken())


def show_report(asked: Any, _ticks: int | None) -> list[Component]:
    """Draw what the check of the file found, or how far it is."""
    found = checked(person(), asked)
    return [] if found is None else reported(found, spoken(), clock.now())


def spoken() -> Words:
    """Return the reader's language."""
    return Words(locale(), translator(locale()))
