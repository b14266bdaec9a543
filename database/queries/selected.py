"""A selection as SQL over rows: the same rows as the segments count, for lists and exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from database.dimensions import HOURS_OF_WEEK
from database.segments.selection import MISSING, PARTIES, Selection, party_clauses
from models.units import E4

_ANSWERS: Final = {
    "label": ("is_fraud", {"fraud": True, "genuine": False}),
    "anomaly": ("is_anomaly", {"yes": True, "no": False}),
}
_HIGHEST_E4: Final = 2**62


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on a row of `transactions` called t, beside its bank, with its values by name."""

    sql: str
    given: dict[str, Any]


def where(selection: Selection) -> Where:
    """Return what a row must fulfil to be in a selection; its banks are the caller's."""
    given: dict[str, Any] = {"since": selection.since, "until": selection.until}
    clauses = ['t."timestamp" >= :since', 't."timestamp" < :until', *_single(selection, given)]
    for slug, values in selection.include.items():
        clauses.append(_among(slug, values, f"in_{slug}", selection.zone, given))
    for slug, values in selection.exclude.items():
        clauses.append(f"not coalesce({_among(slug, values, f'out_{slug}', selection.zone, given)}, false)")
    return Where("\n    and ".join(clauses), given)


def _single(selection: Selection, given: dict[str, Any]) -> Iterator[str]:
    for name in ("customer_id", "merchant_id", "currency"):
        if getattr(selection, name) is not None:
            given[name] = getattr(selection, name)
            yield f"t.{name} = :{name}"
    if selection.amount_e4 is not None:
        low, high = selection.amount_e4
        given |= {"low_e4": low or 0, "high_e4": _HIGHEST_E4 if high is None else high}
        money = "amount_base_e4" if selection.currency is None else "amount_e4"
        yield f"t.{money} between :low_e4 and :high_e4"
    if selection.score_e4 is not None:
        low, high = selection.score_e4
        given |= {"low_score": low or 0, "high_score": E4 if high is None else high}
        # As a record rounds it; the plain range beside it is what an index can use.
        yield "t.fraud_score between (:low_score - 1) / 10000.0 and (:high_score + 1) / 10000.0"
        yield "round(t.fraud_score * 10000) between :low_score and :high_score"
    if selection.words is not None:
        words = selection.words
        given |= {"text": words.text, "key": words.key}
        parties = (f"{_party(party)} and {clause})" for party, clause in party_clauses(words))
        yield f"(t.transaction_id = :text or {' or '.join(parties)})"


def _among(slug: str, values: frozenset[str], name: str, zone: str, given: dict[str, Any]) -> str:
    """Return the condition that a row has one of these values; null may stand for no."""
    if slug == "hour":
        given |= {name: [HOURS_OF_WEEK.index(hour) for hour in values if hour != MISSING], "zone": zone}
        local = '(t."timestamp" at time zone :zone)'
        return (
            f"(extract(isodow from {local})::int - 1) * 24 + extract(hour from {local})::int = any(:{name})"
        )
    if slug == "risk":
        return _risk(values, name, given)
    column, answers = _ANSWERS.get(slug, (slug, None))
    known = [value for value in sorted(values) if value != MISSING]
    if answers is not None:
        clauses = [f"t.{column}" if answers[value] else f"not t.{column}" for value in known]
    else:
        given[name] = known
        clauses = [f"t.{column} = any(:{name})"] if known else []
    clauses += [f"t.{column} is null"] if MISSING in values else []
    return f"({' or '.join(clauses) or 'false'})"


def _risk(values: frozenset[str], name: str, given: dict[str, Any]) -> str:
    given[name] = sorted(values - {MISSING})
    clauses = [f"{_party(party)} and p.risk_category = any(:{name}))" for party in PARTIES]
    if MISSING in values:
        known = " or ".join(f"{_party(party)} and p.risk_category is not null)" for party in PARTIES)
        clauses.append(f"not ({known})")
    return f"({' or '.join(clauses)})"


def _party(party: str) -> str:
    return f"exists (select from {party}s p where p.bank_id = t.bank_id and p.{party}_id = t.{party}_id"
