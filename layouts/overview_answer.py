"""The Overview's answer: every changing part of the page by the name of its output."""

from __future__ import annotations

from typing import Any

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.language import translator
from dashboard.overview import Overview
from dashboard.overview.ask import Answer
from dashboard.overview.marks import marks_of, tile_rows
from layouts import sheet
from layouts.overview_panels import panels_of
from layouts.pages.overview import SHEET
from layouts.tiles import tile
from models.messages import N_


def answered(answer: Answer, locale: str, path: str, *, asked: str = "") -> dict[str, Any]:
    """Render an answer: controls, notices, tiles, panels and figures; `asked` is the address it answers."""
    words = Words(locale, translator(locale))
    parts = _parts(answer.overview, answer, words)
    found = answer.overview
    return sheet.answer(
        SHEET,
        answer.seen,
        words,
        path=path,
        asked=asked,
        notices=_money_notices(found, words) if found is not None and found.total.rows else (),
        why_empty=found.emptiness if found else None,
        **parts,
    )


def _parts(found: Overview | None, answer: Answer, words: Words) -> sheet.Parts:
    if found is None:
        return sheet.no_parts()
    rows = tile_rows(found)
    tiles = [tile(kpi, words, rows.get(kpi.metric.slug)) for kpi in found.kpis]
    if not found.total.rows:
        return sheet.Parts(tiles=tiles, drawn={}, marks={})
    return sheet.Parts(tiles=tiles, drawn=panels_of(found, answer.seen, words), marks=marks_of(found))


def _money_notices(found: Overview, words: Words) -> list[str]:
    view, texts = found.view, []
    if found.total.unconverted and not view.native:
        rows = f.count(found.total.unconverted, words.locale)
        texts.append(
            words.say(N_("{rows} transactions have no exchange rate and are in no amount."), rows=rows)
        )
    if found.unconverted_outside:
        rows = f.count(found.unconverted_outside, words.locale)
        texts.append(
            words.say(
                N_("{rows} transactions without an exchange rate are outside the amounts chosen."), rows=rows
            )
        )
    if view.currency is None:
        texts.append(
            words.say(
                N_("The banks have different currencies: amounts stand beside each other, without a total."),
            )
        )
    return texts
