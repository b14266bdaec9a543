"""What stands behind the marks, the tiles and the rankings of the two High risk tabs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from dashboard.drill import Then
from dashboard.filter_values import written_bounds
from dashboard.high_risk.by_rate import ByRate, Ranked
from dashboard.high_risk.by_score import ByScore
from dashboard.marks import Behind, Marks, Pairs
from dashboard.view import View
from database.segments import Sums
from models.units import E4

_HIGHEST: Final = E4


def score_marks(found: ByScore, view: View) -> dict[str, Marks]:
    """Return the marks of every chart of the tab by score, by its name."""
    if not found.scored.rows:
        return {}
    marks = {"scores": _scores(found, view)}
    if not found.flagged.rows:
        return marks
    behind = Behind(view, found.flagged, _scored(view, round(found.threshold * E4)))
    return {
        **marks,
        "counts": behind.by_time_and_label(found.counts),
        "precision": behind.by_time(found.series),
        **{name: behind.by_value(name, ranking) for name, ranking in found.rankings.items()},
    }


def _scores(found: ByScore, view: View) -> Marks:
    """Return the steps of the score; below the threshold a filter would leave nothing: they open."""
    behind = Behind(view, found.scored, _scored(view, 0))
    ends = [step.lower_e4 - 1 for step in found.scores[1:]] + [_HIGHEST]
    steps = zip(found.scores, ends, strict=True)
    values = [written_bounds(_within(view, step.lower_e4, end))[0] for step, end in steps]
    counts = [((step.fraud, None), (step.genuine, None), (step.unknown, None)) for step in found.scores]
    return replace(behind.stacked("score", values, counts), only_opens=True)


def score_tile_rows(found: ByScore, view: View) -> dict[str, str]:
    """Return the address of the rows behind each tile, with what it says of them."""
    flagged = Behind(view, found.flagged, _scored(view, round(found.threshold * E4)))
    scored = Behind(view, found.scored, _scored(view, 0))
    fraud = flagged.labels(("fraud",))
    rows: dict[str, tuple[Behind, Pairs, Then]] = {
        "flagged": (flagged, (), flagged.every_row()),
        "frauds": (flagged, fraud, flagged.frauds()),
        "scored": (scored, (), scored.every_row()),
    }
    return {name: behind.address(pairs, then) for name, (behind, pairs, then) in rows.items() if then.rows}


def rate_marks(found: ByRate, view: View) -> dict[str, Marks]:
    """Return what stands behind the curve: no point of it is a set of rows, the whole is every fraud."""
    if not found.every.frauds:
        return {}
    fraud = Behind(view, found.every).labels(("fraud",))
    whole = found.every.frauds, found.every.fraud_volume_e4
    return {"curve": Marks("label", (), (), whole, urlencode(fraud))}


def party_rows(kind: str, view: View) -> Callable[[Ranked], str]:
    """Return what tells the address of a party's frauds; `kind` is the key of the address."""
    codes = {bank.bank_id: bank.code for bank in view.banks}

    def address(one: Ranked) -> str:
        whose = (("bank", codes[one.party.bank_id]), (kind, one.party.party_id))
        behind = Behind(view, Sums(frauds=one.rate.hits, fraud_volume_e4=one.fraud_volume_e4))
        return behind.address((*whose, *behind.labels(("fraud",))), behind.frauds())

    return address


def _scored(view: View, least: int) -> Pairs:
    """Return the score that the filter leaves from a least one on; a row without a score has none."""
    return tuple(("score", text) for text in written_bounds(_within(view, least, _HIGHEST)))


def _within(view: View, least: int, most: int) -> tuple[int, int]:
    """Return a range of the score, as far as the filter's own leaves it."""
    low, high = view.filters.score_e4 or (None, None)
    return max(low or 0, least), min(_HIGHEST if high is None else high, most)
