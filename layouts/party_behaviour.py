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
    usual = words.say(
        N_("usually {low} to {high}"),
        low=_value(habit.low, habit, currency, words),
        high=_value(habit.high, habit, currency, words),
    )
    is_far = habit.percentile > 0.95 or habit.percentile < 0.05  # noqa: PLR2004 - the outer tenth
    meant = words.say(
        N_("Of {weeks} earlier weeks {share} were lower, equal ones counted half; {usual}, the middle half."),
        weeks=habit.weeks,
        share=f.percent(habit.percentile, words.locale, 0),
        usual=usual,
    )
    return html.Div(
        [
            html.Span(words.say(habit.name)),
            html.Strong(now, className="num"),
            html.Span(_scale(habit), className="habit-scale", title=usual, **aria(hidden="true")),
            html.Span(standing(habit, words), className="is-far" if is_far else "quiet", title=meant),
        ],
        className="habit",
    )


def standing(habit: Habit, words: Words) -> str:
    """Say where the last week stands among the earlier ones."""
    share, now = habit.percentile or 0.0, habit.now or 0.0
    if habit.low <= now <= habit.high:
        return words.say(N_("as usual"))
    if now > habit.most:
        return words.say(N_("the highest of {weeks} weeks"), weeks=habit.weeks + 1)
    if now < habit.least:
        return words.say(N_("the lowest of {weeks} weeks"), weeks=habit.weeks + 1)
    if now > habit.high:
        return words.say(N_("above {share} of weeks"), share=f.percent(share, words.locale, 0))
    return words.say(N_("below {share} of weeks"), share=f.percent(1 - share, words.locale, 0))


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
