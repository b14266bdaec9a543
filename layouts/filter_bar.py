"""The controls of the top bar: range, comparison, bank. Each choice is a link to the address that it makes.

A link is found by keyboard, opens in a new tab and can be copied; following it changes the address, and the
address is what asks for data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.filters import ALL_BANKS, Filters, Measure
from dashboard.periods import Comparison, Custom, Period, Preset
from dashboard.view import BankFacts, View
from layouts.attributes import aria
from layouts.icons import icon
from models.messages import N_

PRESETS = {
    Preset.HOURS_24: N_("24 hours"),
    Preset.DAYS_7: N_("7 days"),
    Preset.DAYS_30: N_("30 days"),
    Preset.DAYS_90: N_("90 days"),
    Preset.MONTHS_12: N_("12 months"),
    Preset.ALL: N_("all"),
}
SHORT = {
    Preset.HOURS_24: N_("24 h"),
    Preset.DAYS_7: N_("7 d"),
    Preset.DAYS_30: N_("30 d"),
    Preset.DAYS_90: N_("90 d"),
    Preset.MONTHS_12: N_("12 months"),
    Preset.ALL: N_("all"),
}
COMPARISONS = {
    Comparison.PREVIOUS: N_("previous period"),
    Comparison.YEAR: N_("same period last year"),
    Comparison.OFF: N_("nothing"),
}
MEASURES = {Measure.COUNT: N_("by count"), Measure.AMOUNT: N_("by amount")}
_SEVERAL = 1


def popover(
    label_id: str, menu_id: str, icon_name: str, title: str, extra: Sequence[Component] = ()
) -> Component:
    """Draw a control that opens a list; its label and its list are filled by the page's answer."""
    return html.Details(
        [
            html.Summary(
                [
                    icon(icon_name),
                    html.Span(id=label_id, className="control-label"),
                    icon("chevron-down", "control-more"),
                ],
                className="control",
                title=title,
            ),
            html.Div([html.Div(id=menu_id, className="choices"), *extra], className="menu"),
        ],
        className="menu-of filter-control",
    )


def address(path: str, filters: Filters) -> str:
    """Return the address of a page with a filter."""
    query = filters.to_query()
    return f"{path}?{query}" if query else path


def option(text: str, href: str, *, is_chosen: bool, class_name: str = "menu-item") -> Component:
    """Draw one choice; the chosen one says so to readers of the screen too."""
    current = aria(current="true") if is_chosen else {}
    content = [html.Span(text, **current)] + ([icon("check-lg", "choice-check")] if is_chosen else [])
    return dcc.Link(content, href=href, className=f"{class_name}{' is-chosen' if is_chosen else ''}")


def range_label(period: Period, view: View | None, words: Words) -> list[Component]:
    """Say the days that a range covers, and its length."""
    if view is None:
        return [html.Span(words.say(PRESETS[period] if isinstance(period, Preset) else N_("custom")))]
    span = view.span
    text = f.days(span.first_day, span.last_day, words.locale, this_year=view.now.year)
    length = words.say(SHORT[period]) if isinstance(period, Preset) else _length(period, words)
    return [html.Span(text, className="num"), html.Span(length, className="control-hint")]


def _length(period: Custom, words: Words) -> str:
    if period.is_whole_days:
        return words.say(N_("{days} d"), days=(period.until - period.since).days)
    return f"{period.since:%H:%M}{f.DASH}{period.until:%H:%M}"


def range_menu(path: str, filters: Filters, words: Words) -> list[Component]:
    """List the presets."""
    return [
        option(
            words.say(text),
            address(path, replace(filters, period=preset)),
            is_chosen=filters.period is preset,
        )
        for preset, text in PRESETS.items()
    ]


def comparison_label(comparison: Comparison, words: Words) -> list[Component]:
    """Say what the range is compared with."""
    return [
        html.Span(words.say(N_("vs")), className="control-name"),
        html.Span(words.say(COMPARISONS[comparison])),
    ]


def comparison_menu(path: str, filters: Filters, words: Words) -> list[Component]:
    """List what may be compared with."""
    return [
        option(
            words.say(text),
            address(path, replace(filters, comparison=each)),
            is_chosen=filters.comparison is each,
        )
        for each, text in COMPARISONS.items()
    ]


def bank_label(banks: Sequence[BankFacts], visible: Sequence[BankFacts], words: Words) -> list[Component]:
    """Say whose rows are shown."""
    if not banks:
        text = words.say(N_("no bank"))
    elif len(banks) == len(visible) > _SEVERAL:
        text = words.say(N_("all banks"))
    else:
        text = banks[0].name
    more = f"+{len(banks) - 1}" if _SEVERAL < len(banks) < len(visible) else ""
    return [html.Span(text), *([html.Span(more, className="control-hint num")] if more else [])]


def bank_menu(
    path: str, filters: Filters, chosen: Sequence[BankFacts], visible: Sequence[BankFacts], words: Words
) -> list[Component]:
    """List the banks: the name shows that bank alone, the box beside it adds or takes it."""
    codes = {bank.code for bank in chosen}
    rows = [_bank_row(path, filters, bank, codes, words) for bank in visible]
    if len(visible) > _SEVERAL:
        every = replace(filters, banks=(ALL_BANKS,))
        everything = option(
            words.say(N_("all banks")), address(path, every), is_chosen=len(codes) == len(visible)
        )
        rows.insert(0, everything)
    return rows


def _bank_row(path: str, filters: Filters, bank: BankFacts, codes: set[str], words: Words) -> Component:
    is_in = bank.code in codes
    alone = address(path, replace(filters, banks=(bank.code,)))
    joined = tuple(sorted(codes ^ {bank.code})) or (bank.code,)
    toggle = words.say(N_("without {bank}") if is_in else N_("add {bank}"), bank=bank.name)
    hint = f"{bank.base_currency}{' · ' + words.say(N_('demo')) if bank.is_demo else ''}"
    return html.Div(
        [
            dcc.Link(
                html.Span(className=f"box{' is-on' if is_in else ''}"),
                href=address(path, replace(filters, banks=joined)),
                className="choice-box",
                title=toggle,
            ),
            dcc.Link(
                [html.Span(bank.name), html.Span(hint, className="choice-hint")],
                href=alone,
                className=f"menu-item{' is-chosen' if codes == {bank.code} else ''}",
            ),
        ],
        className="choice-row",
    )


def measure_switch(path: str, filters: Filters, measure: Measure, words: Words) -> list[Component]:
    """Switch the page's rates between counting transactions and adding amounts."""
    return [
        option(
            words.say(text),
            address(path, replace(filters, measure=each)),
            is_chosen=measure is each,
            class_name="segment",
        )
        for each, text in MEASURES.items()
    ]


def named(filters: Filters, banks: tuple[str, ...]) -> Filters:
    """Return the filter with its banks spelt out."""
    return replace(filters, banks=banks)


def with_period(filters: Filters, period: Period) -> Filters:
    """Return the filter over another range."""
    return replace(filters, period=period)
