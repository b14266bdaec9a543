"""A tile of one figure: value, verdict in words, interval and the period before."""

from __future__ import annotations

from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.charts.sparkline import sparkline
from dashboard.overview.kpis import Figure, Kpi
from dashboard.statistics.verdicts import Outcome
from database.metrics import Metric, Unit
from layouts.attributes import aria
from layouts.verdicts import change_words, disclosed, reasons, rounded, tone, verdict_icon, verdict_words
from models.messages import N_
from models.units import E4


def tile(kpi: Kpi, words: Words, rows: str | None = None) -> Component:
    """Draw a tile; several figures (one per currency) stand below each other, without a total.

    `rows` is the address of the rows behind its figure.
    """
    definition = words.say(kpi.metric.definition.msgid)
    name = words.say(kpi.metric.label.msgid)
    named = name if rows is None else dcc.Link(name, href=rows, className="tile-link")
    label = html.Div(named, className="tile-label", title=definition)
    if len(kpi.figures) > 1:
        lines = [_short_row(kpi.metric, figure, words) for figure in kpi.figures]
        return html.Div([label, html.Div(lines, className="tile-rows num")], className="tile")
    figure = kpi.figures[0]
    return html.Div(
        [
            label,
            html.Div([_value(kpi.metric, figure, words), _spark(kpi)], className="tile-line"),
            _verdict(kpi.metric, figure, words),
            *[
                html.Div(text, className="tile-detail num", title=text)
                for text in _details(kpi.metric, figure, words)
            ],
        ],
        className=f"tile tile-{kpi.metric.slug.replace('_', '-')}",
    )


def skeletons(count: int) -> list[Component]:
    """Draw tiles that wait for their figures."""
    return [
        html.Div([html.Div(className="skeleton-line") for _ in range(3)], className="tile")
        for _ in range(count)
    ]


def written(metric: Metric, value: float | None, currency: str | None, words: Words) -> str:
    """Write a value of a metric in its unit."""
    if value is None:
        return f.NOTHING
    if metric.unit is Unit.SHARE:
        return f.percent(value, words.locale)
    if metric.unit is Unit.MONEY:
        return f.money(Decimal(repr(value)), currency or "", words.locale)
    return f.count(value, words.locale)


def _value(metric: Metric, figure: Figure, words: Words) -> Component:
    if figure.value is None:
        return html.Span(f.NOTHING, className="tile-figure")
    if metric.unit is Unit.SHARE:
        number = f.percent_number(figure.value, words.locale)
        unit = html.Span(f"{f.SPACE}%", className="tile-unit")
        return html.Span([number, unit], className="tile-figure num")
    exact = figure.exact_e4
    title = (
        f.money_exact(Decimal(exact) / E4, figure.currency or "", words.locale) if exact is not None else None
    )
    text = written(metric, figure.value, figure.currency, words)
    return html.Span(text, className="tile-figure num", title=title)


def _spark(kpi: Kpi) -> Component:
    now = sparkline(kpi.trend, among=kpi.trend_before)
    before = sparkline(kpi.trend_before, among=kpi.trend, is_dashed=True)
    lines = [
        html.Span(
            className=f"spark-{name}",
            style={"maskImage": f'url("{line}")'},
        )
        for name, line in (("before", before), ("now", now))
        if line and now
    ]
    return html.Span(lines, className="spark", **aria(hidden="true"))


def _verdict(metric: Metric, figure: Figure, words: Words) -> Component:
    outcome = figure.verdict.outcome
    if outcome is Outcome.NOT_COMPARED:
        return html.Div(className="tile-verdict")
    said = [verdict_icon(outcome), html.Span(verdict_words(metric, figure.verdict, words))]
    return disclosed(said, _why(metric, figure, words), f"tile-verdict {tone(metric, outcome)}")


def _why(metric: Metric, figure: Figure, words: Words) -> list[str]:
    """Return the reasons of a verdict, in full what a narrow tile cuts, and what the figure counts."""
    told = reasons(metric, figure.verdict, figure.currency, words)
    return [*told, *_details(metric, figure, words), words.say(metric.definition.msgid)]


def _details(metric: Metric, figure: Figure, words: Words) -> list[str]:
    lines = []
    if figure.smallest_e4 is not None and figure.largest_e4 is not None:
        low, high = (
            f.money(Decimal(end) / E4, figure.currency or "", words.locale)
            for end in (figure.smallest_e4, figure.largest_e4)
        )
        lines.append(words.say(N_("from {smallest} to {largest}"), smallest=low, largest=high))
    else:
        lines.append(_interval_and_before(metric, figure, words))
    change = figure.verdict.change
    if figure.verdict.outcome is Outcome.NO_LABEL_DATES and change is not None and change.low < change.high:
        lines.append(change_words(metric, change, figure.currency, words, is_short=True))
    elif figure.compared_until is not None:
        day = f.day(figure.compared_until, words.locale)
        lines.append(words.say(N_("compared up to {day}"), day=day))
    return [line for line in lines if line]


def _interval_and_before(metric: Metric, figure: Figure, words: Words) -> str:
    if figure.estimate is None or figure.estimate.low == figure.estimate.high:
        if figure.before is None:
            return ""
        before = written(metric, figure.before, figure.currency, words)
        return words.say(N_("{before} before"), before=before)
    low, high = figure.estimate.low, figure.estimate.high
    if metric.unit is Unit.SHARE:
        interval = f.percent_range(low, high, words.locale)
        # One sign of percent says it for both.
        interval = interval if figure.before is None else interval.removesuffix(f"{f.SPACE}%")
        before = "" if figure.before is None else f.percent(figure.before, words.locale)
    else:
        interval = f.money_range(low, high, figure.currency or "", words.locale)
        before = f.money_short(rounded(figure.before or 0.0), figure.currency or "", words.locale)
    if figure.before is None:
        return interval
    return words.say(N_("{interval}, was {before}"), interval=interval, before=before)


def _short_row(metric: Metric, figure: Figure, words: Words) -> Component:
    value = html.Span(written(metric, figure.value, figure.currency, words), className="tile-row-figure")
    currency = html.Span(figure.currency or "", className="tile-row-currency")
    if figure.verdict.outcome is Outcome.NOT_COMPARED:
        return html.Div([value, currency], className="tile-row")
    why = [verdict_words(metric, figure.verdict, words), *_why(metric, figure, words)]
    return disclosed([value, verdict_icon(figure.verdict.outcome), currency], why, "tile-row")
