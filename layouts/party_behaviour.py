"""Behaviour against a party's own normal: a mark for the last week among its own weeks."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.parties.behaviour import LEAST_WEEKS, Habit
from dashboard.parties.story import Story
from layouts.attributes import aria
from layouts.party_parts import nothing, section
from models.messages import N_


def behaviour(found: Story, words: Words) -> Component:
    """Draw each figure of the last seven days with its place among the weeks before."""
    title = words.say(N_("Behaviour against its own normal"))
    weeks = max((habit.weeks for habit in found.habits), default=0)
    if weeks < LEAST_WEEKS:
        text = words.say(N_("Fewer than {weeks} weeks before the last: no normal yet."), weeks=LEAST_WEEKS)
        return section(title, nothing(text))
    told = words.say(
        N_("mark: its last 7 days among {weeks} weeks before; bar: their middle half"), weeks=weeks
    )
    rows = [_row(habit, found.bank.base_currency, words) for habit in found.habits]
    return section(title, html.P(told, className="panel-definition"), *rows)


def _row(habit: Habit, currency: str, words: Words) -> Component:
    now = f.NOTHING if habit.now is None else _value(habit.now, habit, currency, words)
    if habit.percentile is None:
        return html.Div(
            [html.Span(words.say(habit.name)), html.Strong(now, className="num"), html.Span(), html.Span()],
            className="habit",
        )
    percentile = words.say(N_("p{percentile}"), percentile=f.number(100 * habit.percentile, 0, words.locale))
    usual = words.say(
        N_("usually {low} to {high}"),
        low=_value(habit.low, habit, currency, words),
        high=_value(habit.high, habit, currency, words),
    )
    is_far = habit.percentile > 0.95 or habit.percentile < 0.05  # noqa: PLR2004 - the outer tenth
    return html.Div(
        [
            html.Span(words.say(habit.name)),
            html.Strong(now, className="num"),
            html.Span(_scale(habit), className="habit-scale", title=usual, **aria(hidden="true")),
            html.Span(percentile, className=f"num{' is-far' if is_far else ' quiet'}", title=usual),
        ],
        className="habit",
    )


def _scale(habit: Habit) -> list[Component]:
    least = min(habit.least, habit.now or 0.0)
    reach = max(habit.most, habit.now or 0.0) - least or 1.0

    def place(value: float) -> str:
        return f"{100 * (value - least) / reach:.1f}%"

    width = f"{100 * (habit.high - habit.low) / reach:.1f}%"
    return [
        html.Span(className="habit-half", style={"left": place(habit.low), "width": width}),
        html.Span(className="habit-mark", style={"left": place(habit.now or 0.0)}),
    ]


def _value(value: float, habit: Habit, currency: str, words: Words) -> str:
    if habit.unit == "money":
        return f.money_about(value, currency, words.locale)
    if habit.unit == "share":
        return f.percent(value, words.locale, 0)
    return f.number(value, 0 if value == int(value) else 1, words.locale)
