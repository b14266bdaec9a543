"""What is said of a change between two periods: a direction with its size, or none, and why on request."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.statistics.intervals import Estimate
from dashboard.statistics.verdicts import Outcome, Verdict
from database.metrics import Better, Metric, Unit
from layouts.icons import icon
from models.messages import N_

ICONS = {
    Outcome.UP: "arrow-up-right",
    Outcome.DOWN: "arrow-down-right",
    Outcome.NO_CHANGE: "arrow-right",
    Outcome.NO_LABEL_DATES: "question-circle",
    Outcome.LABELS_COMING: "hourglass-split",
    Outcome.NO_LABELS: "question-circle",
    Outcome.NOT_ANALYSED: "question-circle",
    Outcome.NOTHING_BEFORE: "question-circle",
}
_SENTENCES = {
    Outcome.NO_CHANGE: N_("no clear change"),
    Outcome.NO_LABEL_DATES: N_("can’t tell (no label dates)"),
    Outcome.LABELS_COMING: N_("labels still coming"),
    Outcome.NO_LABELS: N_("no labels"),
    Outcome.NOT_ANALYSED: N_("not analysed yet"),
    Outcome.NOTHING_BEFORE: N_("no full period before"),
    Outcome.NOT_COMPARED: "",
}
_LEAVES_OUT = N_("{change}: the 95 % interval leaves zero out.")
_HOLDS = N_("{change}: the 95 % interval holds zero.")
_REASONS = {
    Outcome.UP: _LEAVES_OUT,
    Outcome.DOWN: _LEAVES_OUT,
    Outcome.NO_CHANGE: _HOLDS,
    Outcome.NO_LABEL_DATES: N_("Labels without dates: both periods may not be equally far labelled."),
    Outcome.LABELS_COMING: N_("Too few days are old enough for their labels to be compared."),
    Outcome.NO_LABELS: N_("None of these payments has a label."),
    Outcome.NOT_ANALYSED: N_("The detectors have not looked at these payments yet."),
    Outcome.NOTHING_BEFORE: N_("The data do not reach back over the whole period before."),
}


def verdict_words(metric: Metric, verdict: Verdict, words: Words) -> str:
    """Say a verdict: a direction with its size, or why there is none."""
    if verdict.outcome not in {Outcome.UP, Outcome.DOWN}:
        return words.say(_SENTENCES[verdict.outcome])
    change = verdict.change.value if verdict.change else 0.0
    if metric.unit is Unit.SHARE:
        size = words.say(N_("{points} points"), points=f.points(abs(change), words.locale))
    elif verdict.relative is not None:
        size = f.percent(abs(verdict.relative), words.locale, 1)
    else:
        size = f.count(abs(change), words.locale)
    sentence = N_("up {size}") if verdict.outcome is Outcome.UP else N_("down {size}")
    return words.say(sentence, size=size)


def reasons(metric: Metric, verdict: Verdict, currency: str | None, words: Words) -> list[str]:
    """Say why a verdict says what it does, with the interval of the difference where there is one."""
    change = verdict.change
    if verdict.outcome is Outcome.NOT_COMPARED or (
        change is None and _REASONS[verdict.outcome] in {_LEAVES_OUT, _HOLDS}
    ):
        return []
    told = "" if change is None else change_words(metric, change, currency, words)
    lines = [words.say(_REASONS[verdict.outcome], change=told)]
    if verdict.is_within_days:
        lines.append(words.say(N_("Single payments alone would show a change, but days differ as much.")))
    return lines


def change_words(
    metric: Metric, change: Estimate, currency: str | None, words: Words, *, is_short: bool = False
) -> str:
    """Write a difference with its interval; short where it stands in a line of its own on a tile."""
    ends = (change.value, change.low, change.high)
    if metric.unit is Unit.SHARE:
        decimals = max(1, f.percent_decimals([change.low, change.high]) - is_short)
        value, low, high = (f.percent_number(each, words.locale, decimals) for each in ends)
        return words.say(N_("{change} points, {low} to {high}"), change=_signed(value), low=low, high=high)
    if metric.unit is Unit.MONEY:
        value, low, high = (f.money_short(rounded(each), currency or "", words.locale) for each in ends)
    else:
        value, low, high = (f.count(whole(each), words.locale) for each in ends)
    return words.say(N_("{change}, {low} to {high}"), change=_signed(value), low=low, high=high)


def rounded(amount: float) -> float:
    """Round to three digits: the ends of an interval are not known better."""
    return float(f"{amount:.3g}")


def whole(count: float) -> int:
    """Round to a whole number, but not to 0: an interval that leaves zero out must not end there."""
    return round(count) or (count > 0) - (count < 0)


def tone(metric: Metric, outcome: Outcome) -> str:
    """Return the class of a verdict: only what is good or bad is coloured."""
    if outcome not in {Outcome.UP, Outcome.DOWN}:
        return "is-unsure"
    if metric.better is Better.NEITHER:
        return "is-plain"
    return "is-worse" if outcome is Outcome.UP else "is-better"


def disclosed(said: Sequence[Component | str], why: Sequence[str], class_name: str) -> Component:
    """Draw what opens its reasons by mouse, key and touch alike; they lie over what is below."""
    return html.Details(
        [
            html.Summary(list(said)),
            html.Div([html.P(line) for line in why], className="menu reasons"),
        ],
        className=f"menu-of disclosed {class_name}",
    )


def verdict_icon(outcome: Outcome) -> Component:
    """Draw the sign of a verdict."""
    return icon(ICONS[outcome])


def _signed(text: str) -> str:
    return text if text.startswith(f.MINUS) else f"+{text}"
