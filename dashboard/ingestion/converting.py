"""Money converted anew after rates changed: rates belong to no bank, so those of every bank are looked at."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from dashboard.ingestion.follow_up import enrich_later
from dashboard.ingestion.options import AlertsMode
from database.connection import Session, get_db_session
from database.queries import banks, enrichment, rates
from database.queries.banks import BankSettings
from database.queries.rates import Span

CONVERTED_AT_ONCE: Final = 10_000

SpansOf = Callable[[Session, BankSettings], tuple[Span, ...]]


logger = logging.getLogger(__name__)


def convert_everywhere(spans_of: SpansOf, own: str, told: Callable[[], None]) -> None:
    """Convert the rows of every bank anew, over the days that `spans_of` tells of each.

    What follows is queued here for the other banks; `own` is the bank whose run ends with it. `told` is
    called after each chunk, and raises where somebody cancelled.
    """
    with get_db_session() as session:
        every = banks.every_bank(session)
    for bank in every:
        with get_db_session([bank.code]) as session:
            spans = spans_of(session, bank)
        for span in spans:
            rows = convert_span(bank, span, told)
            logger.info("Converted %d rows of %s in %s anew", rows, bank.code, span.currency)
        if spans and bank.code != own:
            _follow(bank)


def convert_span(bank: BankSettings, span: Span, told: Callable[[], None]) -> int:
    """Convert a bank's rows of these days anew, chunk by chunk; what was done stays after a stop."""
    total, done = 0, CONVERTED_AT_ONCE
    while done == CONVERTED_AT_ONCE:
        with get_db_session([bank.code]) as session:
            done = rates.convert_anew(session, bank.bank_id, bank.base_currency, span, CONVERTED_AT_ONCE)
        total += done
        told()
    return total


def _follow(bank: BankSettings) -> None:
    # By the rows that wait and not by what was converted now: a run that was killed converted some before.
    with get_db_session([bank.code]) as session:
        waits = enrichment.waiting(session, bank.bank_id, None, None)
    if waits:
        with get_db_session() as session:
            enrich_later(session, bank.code, None, AlertsMode.NONE)
