"""What a dry run found, as lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dashboard.ingestion.check import CheckReport

_MOST_CURRENCIES: Final = 8


def check_sentences(report: CheckReport) -> Iterator[str]:
    """Yield layout, rows, dates, currencies, labels, repetitions and rejections."""
    yield f"Layout: {report.label} ({report.layout})."
    yield from (str(note) for note in report.notes)
    yield f"{report.rows:,} rows read; {report.added:,} would be added."
    if report.first_at and report.last_at:
        yield f"From {report.first_at:%Y-%m-%d %H:%M} to {report.last_at:%Y-%m-%d %H:%M} UTC."
    if report.currencies:
        yield _currencies(report)
    if report.frauds or report.genuine or report.unlabelled:
        yield f"Labels: {report.frauds:,} fraud, {report.genuine:,} genuine, {report.unlabelled:,} without."
    yield (
        f"{report.repeated:,} rows repeat another one, {report.known:,} are there already, "
        f"{report.conflicts:,} have a known id with other content."
    )
    if report.skipped_hours or report.doubled_hours:
        yield (
            f"{report.skipped_hours:,} times are in an hour that a clock change skips, "
            f"{report.doubled_hours:,} in one that it doubles."
        )
    yield f"{report.rejected:,} rows would be rejected" + (":" if report.rejections else ".")
    for rejection in report.rejections:
        where = f"column {rejection.column}: " if rejection.column else ""
        lines = ", ".join(f"line {each.line} ({each.value!r})" for each in rejection.examples)
        yield f"  {rejection.rows:,} times {where}{rejection.reason}, as {lines}."


def _currencies(report: CheckReport) -> str:
    shown = list(report.currencies.items())
    more = f" and {len(shown) - _MOST_CURRENCIES} more" if len(shown) > _MOST_CURRENCIES else ""
    counted = ", ".join(f"{code} {rows:,}" for code, rows in shown[:_MOST_CURRENCIES])
    return f"Currencies: {counted or 'none'}{more}."
