"""The panels of High risk by score: what it flags, how right it is, whom it points at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.bars import rate_bars
from dashboard.charts.counts import counts_over_time
from dashboard.charts.figure import Words
from dashboard.charts.over_time import rate_over_time
from dashboard.charts.score_spread import score_spread
from dashboard.filters import Measure
from dashboard.high_risk.by_score import ByScore, Named, Outlier, RiskyParty
from dashboard.high_risk.marks import score_marks, score_tile_rows
from dashboard.names import value_name
from dashboard.seen import Seen
from dashboard.statistics.intervals import wilson
from dashboard.transactions.lines import LABELS
from dashboard.view import BankFacts
from layouts.listing import Column, label_mark, link, listing
from layouts.panels import PanelText
from layouts.sheet import Drawn, Parts, fact, footer, no_parts, none_certain, too_few
from models.messages import N_
from models.units import E4

GROUPS = {"customer": N_("customers"), "merchant": N_("merchants")}


def score_parts(found: ByScore | None, seen: Seen, words: Words) -> Parts:
    """Return what the tab shows of an answer."""
    if found is None or seen.view is None:
        return no_parts()
    return Parts(
        tiles=score_tiles(found, words, score_tile_rows(found, seen.view)),
        drawn=score_drawn(found, seen, words),
        marks=score_marks(found, seen.view),
    )


def score_tiles(found: ByScore, words: Words, rows: Mapping[str, str]) -> list[Component]:
    """Draw what the score flags, how often it is right, and how much of the fraud it catches."""
    flagged, scored = found.flagged, found.scored
    return [
        fact(
            words.say(N_("Threshold")),
            f.number(found.threshold, 2, words.locale),
            words.say(N_("score from which a payment is high risk")),
        ),
        _share(
            N_("Flagged payments"),
            flagged.rows,
            scored.rows,
            words,
            of=N_("of the scored"),
            go=rows.get("flagged"),
        ),
        _share(
            N_("Precision"),
            flagged.frauds,
            flagged.labelled,
            words,
            of=N_("flagged and labelled"),
            go=rows.get("frauds"),
        ),
        _share(N_("Recall"), flagged.frauds, scored.frauds, words, of=N_("scored frauds")),
        _share(
            N_("Scored payments"),
            scored.rows,
            found.every.rows,
            words,
            of=N_("payments"),
            go=rows.get("scored"),
        ),
    ]


def _share(label: str, hits: int, trials: int, words: Words, *, of: str, go: str | None = None) -> Component:
    estimate = wilson(hits, trials)
    if estimate is None:
        return fact(words.say(label), f.NOTHING, words.say(N_("nothing to take a share of")))
    return fact(
        words.say(label),
        f.percent(estimate.value, words.locale),
        words.say(
            N_("{hits} of {trials} {what}"),
            hits=f.count(hits, words.locale),
            trials=f.count(trials, words.locale),
            what=words.say(of),
        ),
        f.percent_range(estimate.low, estimate.high, words.locale) if hits < trials else "",
        rows=go,
    )


def score_drawn(found: ByScore, seen: Seen, words: Words) -> dict[str, Drawn]:
    """Return every panel of the tab by its name."""
    if not found.every.rows:
        return {}
    rows = words.say(N_("{rows} flagged"), rows=f.count(found.flagged.rows, words.locale))
    facts = footer(seen, found.query_ms, words, rows)
    none = None if found.flagged.rows else words.say(_why_none(found))
    no_labels = none or too_few(found.series, found.flagged.labelled, words)
    return {
        "scores": _scores(found, seen, words),
        "counts": Drawn(
            PanelText(
                words.say(N_("Flagged payments over time")),
                words.say(N_("With a score from the threshold on, by what is known of them.")),
                facts,
                empty=none,
            ),
            None if none else counts_over_time(found.counts, words),
        ),
        "precision": Drawn(
            PanelText(
                words.say(N_("Precision over time")),
                words.say(N_("Share of the labelled flagged payments that are fraud.")),
                facts,
                empty=no_labels,
            ),
            None if no_labels else rate_over_time(found.series, Measure.COUNT, words),
        ),
        **{
            slug: _bars(found, slug, facts, none or none_certain(ranking, words), words)
            for slug, ranking in found.rankings.items()
        },
        "customers": _risky(found.customers, "customer", seen, found.query_ms, words),
        "merchants": _risky(found.merchants, "merchant", seen, found.query_ms, words),
        "bursts": _bursts(found, seen, words),
    }


def _scores(found: ByScore, seen: Seen, words: Words) -> Drawn:
    none = None if found.scored.rows else words.say(_why_none(found))
    scored = words.say(N_("{rows} scored"), rows=f.count(found.scored.rows, words.locale))
    text = PanelText(
        words.say(N_("Payments by score")),
        words.say(N_("Each label on its own, in steps of 0.05: what the threshold keeps apart.")),
        footer(seen, found.query_ms, words, scored),
        empty=none,
    )
    return Drawn(text, None if none else score_spread(found.scores, found.threshold, words))


def _why_none(found: ByScore) -> str:
    if not found.scored.rows:
        return N_("No payment of this selection has a score yet: scoring follows an import as a job.")
    return N_("No score of this selection reaches the threshold.")


def _bars(found: ByScore, slug: str, facts: list[str], empty: str | None, words: Words) -> Drawn:
    titles = {
        "category": N_("Precision by merchant category"),
        "channel": N_("Precision by channel"),
    }

    def name(value: str) -> str:
        return value_name(slug, value, words.locale, words.say)

    text = PanelText(
        words.say(titles[slug]),
        words.say(N_("Sorted by the lower bound of the 95 % interval.")),
        facts,
        empty=empty,
    )
    return Drawn(text, None if empty else rate_bars(found.rankings[slug], words, name))


def _risky(parties: tuple[RiskyParty, ...], kind: str, seen: Seen, query_ms: float, words: Words) -> Drawn:
    group = words.say(GROUPS[kind])
    empty = words.say(N_("Nobody’s risk reaches the threshold, or it is not known yet."))
    text = PanelText(
        words.say(N_("{group} at high risk"), group=group[:1].upper() + group[1:]),
        words.say(N_("Today’s risk: the fraud rate of 90 days, as far as it can be believed.")),
        footer(seen, query_ms, words),
        empty=None if parties else empty,
    )
    columns = (
        Column(words.say(N_("who"))),
        Column(words.say(N_("risk")), is_figure=True),
        Column(words.say(N_("frauds")), is_figure=True),
        Column(words.say(N_("payments")), is_figure=True),
    )
    rows: list[list[Component | str]] = [
        [
            party_link(one.party, kind, seen.banks),
            f.number(one.risk_score, 2, words.locale),
            f.count(one.frauds, words.locale),
            f.count(one.payments, words.locale),
        ]
        for one in parties
    ]
    return Drawn(text, table=listing(text.title, columns, rows) if parties else None)


def _bursts(found: ByScore, seen: Seen, words: Words) -> Drawn:
    text = PanelText(
        words.say(N_("Bursts of payments")),
        words.say(N_("The most payments of one customer in the hour before another.")),
        footer(seen, found.query_ms, words),
        empty=None if found.outliers else words.say(N_("No burst in this selection.")),
    )
    columns = (
        Column(words.say(N_("payment"))),
        Column(words.say(N_("customer"))),
        Column(words.say(N_("in the hour before")), is_figure=True),
        Column(words.say(N_("when")), is_extra=True),
        Column(words.say(N_("label")), is_mark=True),
    )
    rows = [_burst(one, seen, words) for one in found.outliers]
    return Drawn(text, table=listing(text.title, columns, rows) if rows else None)


def _burst(one: Outlier, seen: Seen, words: Words) -> list[Component | str]:
    banks = {bank.bank_id: bank for bank in seen.banks}
    bank, zone = banks[one.bank_id], seen.view.zone if seen.view else "UTC"
    spent = (
        ""
        if one.last_hour_e4 is None
        else f", {f.money_about(one.last_hour_e4 / E4, bank.base_currency, words.locale)}"
    )
    return [
        link("transaction", bank.code, one.transaction_id),
        "" if one.customer_id is None else link("customer", bank.code, one.customer_id),
        f"{f.count(one.last_hour, words.locale)}{spent}",
        f.moment(one.timestamp, zone, words.locale),
        label_mark(
            is_fraud=one.is_fraud,
            word=value_name("label", LABELS[one.is_fraud], words.locale, words.say),
        ),
    ]


def party_link(party: Named, kind: str, banks: Iterable[BankFacts]) -> Component:
    """Link to a customer or merchant by name, or by id where the name is not to be seen."""
    code = next(bank.code for bank in banks if bank.bank_id == party.bank_id)
    return link(kind, code, party.party_id, party.name)
