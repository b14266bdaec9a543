"""The Overview's panels: chart, title, definition, footer, and words where there is nothing to draw."""

from __future__ import annotations

from dashboard import formatting as f
from dashboard.charts.amounts import amount_spread
from dashboard.charts.bars import rate_bars
from dashboard.charts.figure import Words
from dashboard.charts.heat import highest, hour_weekday
from dashboard.charts.over_time import rate_over_time
from dashboard.filters import Measure
from dashboard.names import value_name
from dashboard.overview import Overview
from dashboard.overview.series import Grain
from dashboard.seen import Seen
from database.dimensions import HOURS_OF_WEEK
from layouts.panels import PanelText, color_key
from layouts.sheet import Drawn, footer
from models.messages import N_
from models.units import E4

SLUGS = ("rate", "heat", "category", "channel", "country", "payment", "amounts")
BARS = {"category": "category", "channel": "channel", "country": "country", "payment": "payment_method"}
_PER = {
    Grain.HOUR: N_("per hour"),
    Grain.DAY: N_("per day"),
    Grain.WEEK: N_("per week"),
    Grain.MONTH: N_("per month"),
}
_BAR_TITLES = {
    "category": N_("Fraud rate by merchant category"),
    "channel": N_("Fraud rate by channel"),
    "country": N_("Fraud rate by country"),
    "payment": N_("Fraud rate by payment method"),
}
_BAR_DEFINITIONS = {
    "category": N_("Sorted by the lower bound of the 95 % interval."),
    "channel": N_("How the payment reached the bank."),
    "country": N_("Country of the payment."),
    "payment": N_("Instrument used for the payment."),
}


def panels_of(found: Overview, seen: Seen, words: Words) -> dict[str, Drawn]:
    """Return every panel by its slug."""
    return {
        "rate": _rate(found, seen, words),
        "heat": _heat(found, seen, words),
        **{slug: _bars(found, slug, seen, words) for slug in BARS},
        "amounts": _amounts(found, seen, words),
    }


def _no_labels(found: Overview, words: Words) -> str | None:
    if found.rate.estimate is not None:
        return None
    return words.say(N_("No labels in this selection: a rate needs transactions known as fraud or genuine."))


def _footer(found: Overview, seen: Seen, words: Words, of: str | None = None) -> list[str]:
    hits, trials = (f.count(number, words.locale) for number in (found.rate.hits, found.rate.trials))
    said = of or words.say(N_("{hits} of {trials}"), hits=hits, trials=trials)
    return footer(seen, found.query_ms, words, said)


def _rate(found: Overview, seen: Seen, words: Words) -> Drawn:
    view, empty = found.view, _no_labels(found, words)
    per = words.say(_PER[found.series.grain])
    if view.measure is Measure.COUNT:
        title = words.say(N_("Share of transactions confirmed as fraud, {per}"), per=per)
    else:
        title = words.say(N_("Share of the amount confirmed as fraud, {per}"), per=per)
    definition = words.say(N_("Of the labelled transactions, by the time of the transaction."))
    if any(point.before for point in found.series.points):
        before = view.previous
        ghost = (
            ""
            if before is None
            else f.days(before.first_day, before.last_day, words.locale, this_year=view.now.year)
        )
        # "22 oct." has its full stop already.
        definition += " " + words.say(N_("Dashed: {period}."), period=ghost.removesuffix("."))
    figure = None if empty else rate_over_time(found.series, view.measure, words)
    summary = _summary(found, words)
    return Drawn(
        PanelText(title, definition, _footer(found, seen, words), empty=empty, summary=summary), figure
    )


def _summary(found: Overview, words: Words) -> str:
    """Tell the line to who cannot see it: whole, highest and lowest step."""
    estimate = found.rate.estimate
    shown = [point for point in found.series.points if point.rate.estimate and not point.rate.is_too_few]
    if estimate is None or not shown:
        return ""
    high = max(shown, key=lambda point: point.rate.estimate.value if point.rate.estimate else 0.0)
    low = min(shown, key=lambda point: point.rate.estimate.value if point.rate.estimate else 0.0)
    return words.say(
        N_("{rate} in all ({range}); highest {high} on {high_day}, lowest {low} on {low_day}."),
        rate=f.percent(estimate.value, words.locale),
        range=f.percent_range(estimate.low, estimate.high, words.locale),
        high=f.percent(high.rate.estimate.value if high.rate.estimate else 0.0, words.locale),
        high_day=f.day(high.at, words.locale),
        low=f.percent(low.rate.estimate.value if low.rate.estimate else 0.0, words.locale),
        low_day=f.day(low.at, words.locale),
    )


def _heat(found: Overview, seen: Seen, words: Words) -> Drawn:
    empty = _no_labels(found, words)
    top = highest(found.heat)
    key = color_key("0", f"{f.short(top * 100, words.locale)}{f.SPACE}%", words.say(N_("n < 30")))
    definition = words.say(N_("Hour in which the payment was made, {zone}."), zone=found.view.zone)
    definition = _of_measure(definition, found, words)
    text = PanelText(
        words.say(N_("Fraud rate by hour and weekday")),
        definition,
        _footer(found, seen, words),
        key=None if empty else key,
        empty=empty,
    )
    return Drawn(text, None if empty else hour_weekday(found.heat, words, _hours_left_out(found)))


def _hours_left_out(found: Overview) -> frozenset[int]:
    filters = found.view.filters
    chosen, without = filters.include.get("hour"), filters.exclude.get("hour", frozenset())
    return frozenset(
        place
        for place, hour in enumerate(HOURS_OF_WEEK)
        if hour in without or (chosen is not None and hour not in chosen)
    )


def _of_measure(definition: str, found: Overview, words: Words) -> str:
    if found.view.measure is Measure.COUNT:
        return definition
    return f"{definition} {words.say(N_('Rates are by amount.'))}"


def _bars(found: Overview, slug: str, seen: Seen, words: Words) -> Drawn:
    ranking, empty = found.rankings[BARS[slug]], _no_labels(found, words)

    def name(value: str) -> str:
        return value_name(BARS[slug], value, words.locale, words.say)

    shown, total = len(ranking.slices), ranking.total
    of = None
    if shown < total:
        counts = (f.count(number, words.locale) for number in (shown, total))
        of = words.say(N_("{shown} of {total} shown"), **dict(zip(("shown", "total"), counts, strict=True)))
    rows = [
        f"{name(each.value)} {f.percent(each.rate.estimate.value, words.locale)}"
        for each in ranking.slices
        if each.rate.estimate is not None and not each.rate.is_too_few
    ]
    text = PanelText(
        words.say(_BAR_TITLES[slug]),
        _of_measure(words.say(_BAR_DEFINITIONS[slug]), found, words),
        _footer(found, seen, words, of),
        empty=empty,
        summary="; ".join(rows),
    )
    return Drawn(text, None if empty else rate_bars(ranking, words, name))


def _amounts(found: Overview, seen: Seen, words: Words) -> Drawn:
    spread, currency = found.spread, found.view.currency
    empty = None
    if currency is None:
        empty = words.say(
            N_("Amounts of different currencies have no common scale. Choose one bank or currency.")
        )
    elif spread is None:
        empty = words.say(N_("No amounts in this selection."))
    elif not spread.genuine_rows and not spread.fraud_rows:
        empty = _no_labels(found, words)
    of = None
    if spread is not None:
        fraud, genuine = (
            f.count(number, words.locale) for number in (spread.fraud_rows, spread.genuine_rows)
        )
        of = words.say(N_("{fraud} and {genuine}"), fraud=fraud, genuine=genuine)
    text = PanelText(
        words.say(N_("Amounts: fraud against genuine")),
        words.say(N_("Share of each class per amount step, logarithmic.")),
        _footer(found, seen, words, of),
        empty=empty,
    )
    if empty or spread is None or currency is None:
        return Drawn(text)
    bounds = found.view.filters.amount_e4
    chosen = None if bounds is None else (_units(bounds[0]), _units(bounds[1]))
    return Drawn(text, amount_spread(spread, currency, words, chosen))


def _units(end_e4: int | None) -> float | None:
    return None if end_e4 is None else end_e4 / E4
