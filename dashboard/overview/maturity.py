"""How quickly labels come in for some banks, asked at most once a minute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC
from time import monotonic
from typing import ClassVar

from dashboard.statistics.maturity import Maturity
from dashboard.view import BankFacts
from database.connection import read_only
from database.queries.labels import label_delays

_KEPT_SECONDS = 60


class _Known:
    """The label delays by banks, with when they were asked for: they change slowly, pages ask often."""

    by_banks: ClassVar[dict[tuple[int, ...], tuple[float, Maturity | None]]] = {}


def forget() -> None:
    """Forget the label delays that this process keeps for a minute."""
    _Known.by_banks.clear()


def maturity_of(banks: Sequence[BankFacts]) -> Maturity | None:
    """Return how complete labels of some banks are by age; None where they have no dates."""
    key = tuple(bank.bank_id for bank in banks)
    asked_at, known = _Known.by_banks.get(key, (-math.inf, None))
    if monotonic() - asked_at > _KEPT_SECONDS:
        with read_only(banks=[bank.code for bank in banks]) as session:
            delays = label_delays(session)
        known = Maturity(delays.until.astimezone(UTC), delays.delays) if delays else None
        _Known.by_banks[key] = (monotonic(), known)
    return known
