"""Why a payment became an alert: stored as a code with parameters, shown as a sentence with the normal."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from dashboard import formatting
from dashboard.language import translator
from dashboard.names import value_name
from dashboard.scoring.baseline import Scores
from dashboard.scoring.habits import Habits
from database.queries.alerts import Candidate
from models.messages import N_, Message
from models.transactions import VOLUME_TYPES, TransactionType

BY_SCORE: Final = "score"
"""The code of an alert whose score somebody else has given."""

SENTENCES: Final[Mapping[str, str]] = {
    "amount": N_("{amount}, where this customer usually spends about {usual}."),
    "amount_in_category": N_(
        "{amount} for {category}, where this customer usually spends about {usual} on it."
    ),
    "payments_last_hour": N_(
        "{count} payments in the hour before, where this customer makes about {usual} a day."
    ),
    "payments_last_day": N_(
        "{count} payments in the day before, where this customer makes about {usual} a day."
    ),
    "speed": N_(
        "{distance} from the payment {elapsed} before, where this customer usually pays {usual} from home."
    ),
    "distance_from_home": N_("{distance} from home, where this customer usually pays {usual} from it."),
    "new_merchant": N_("First payment to this merchant among {payments} of this customer in 90 days."),
    "new_category": N_("First payment for {category} among {payments} of this customer in 90 days."),
    "new_country": N_("First payment in {country} among {payments} of this customer in 90 days."),
    "new_device": N_("First payment from this device among {payments} of this customer in 90 days."),
    "part_of_day": N_("Paid {part}, where only {usual} of this customer's payments are made."),
    BY_SCORE: N_("Scored {score}, with {payments} payments of this customer in 90 days to compare with."),
}
RECEIVED: Final[Mapping[str, str]] = {
    "amount": N_("{amount} received, where amounts of this customer are usually about {usual}."),
    "amount_in_category": N_(
        "{amount} received for {category}, where amounts of this customer are usually about {usual} there."
    ),
    "new_merchant": N_("First dealing with this merchant among {payments} of this customer in 90 days."),
    "part_of_day": N_("Received {part}, where only {usual} of this customer's payments are made."),
}
"""What is said of money that comes in; nobody spends it."""

MOVED: Final[Mapping[str, str]] = {
    "amount": N_("{amount}, where amounts of this customer are usually about {usual}."),
    "amount_in_category": N_(
        "{amount} for {category}, where amounts of this customer are usually about {usual} there."
    ),
}
"""What is said where nobody knows which way the money went, or none went."""

_INCOMING: Final = frozenset({TransactionType.REFUND, TransactionType.CASH_IN})

WITHOUT_NORMAL: Final[Mapping[str, str]] = {
    "speed": N_("{distance} from the payment {elapsed} before."),
    "distance_from_home": N_("{distance} from home."),
}
"""Where the usual distance is unknown."""

FEW: Final[Mapping[tuple[str, int], str]] = {
    ("payments_last_hour", 1): N_(
        "One payment in the hour before, where this customer makes about {usual} a day."
    ),
    ("payments_last_day", 1): N_(
        "One payment in the day before, where this customer makes about {usual} a day."
    ),
    (BY_SCORE, 0): N_("Scored {score}, with no payment of this customer in 90 days to compare with."),
    (BY_SCORE, 1): N_("Scored {score}, with one payment of this customer in 90 days to compare with."),
}
"""What is said of so few payments, as no plural says it."""

_COUNTED: Final[Mapping[str, str]] = {
    "payments_last_hour": "last_hour",
    "payments_last_day": "last_day",
    BY_SCORE: "payments",
}

_PARTS: Final[Mapping[str, str]] = {
    "night": N_("at night"),
    "morning": N_("in the morning"),
    "afternoon": N_("in the afternoon"),
    "evening": N_("in the evening"),
}

Reason = tuple[str, dict[str, Any]]


def reasons(
    known: Habits, scores: Scores, payments: Mapping[str, Candidate], base_currency: str
) -> dict[str, Reason]:
    """Return code and plain parameters of each payment's reason: what contributed most to its score."""
    found = {}
    for place, (identity, parts) in enumerate(
        zip(known.transaction_id.to_pylist(), scores.each(), strict=True)
    ):
        code = max(parts, key=parts.__getitem__, default=BY_SCORE)
        values = {**_values(known, place), **_of_payment(payments[identity], base_currency)}
        found[identity] = (code, {name: values[name] for name in _PARAMETERS[code]})
    return found


def sentence(code: str, params: Mapping[str, Any], locale: str) -> str:
    """Write a stored reason for people, in their language and with their numbers.

    Beside what is stored, `transaction_type` of the payment says which way its money went.
    """
    t = translator(locale)
    shown = {name: show(params, locale, t) for name, show in _SHOWN[code].items()}
    has_normal = all(params.get(name) is not None for name in _PARAMETERS[code])
    few = FEW.get((code, int(params.get(_COUNTED.get(code, "")) or 0)))
    usual = _by_direction(params.get("transaction_type")).get(code, SENTENCES[code])
    return t(few or (usual if has_normal else WITHOUT_NORMAL.get(code, usual)), **shown)


def _by_direction(kind: str | None) -> Mapping[str, str]:
    """Return what is said otherwise of money that does not leave the customer."""
    if kind in _INCOMING:
        return RECEIVED
    return {} if kind is None or kind in VOLUME_TYPES else MOVED


def _values(known: Habits, place: int) -> dict[str, Any]:
    payments, days = known.payments[place], known.days[place]
    share = known.same_part_of_day[place] / payments if payments else math.nan
    numbers = {
        "usual_e2": 100 * math.expm1(known.amounts.mean[place]),
        "usual_alike_e2": 100 * math.expm1(known.alike.mean[place]),
        "last_hour": known.last_hour[place],
        "last_day": known.last_day[place],
        "per_day": payments / max(days, 1.0),
        "km": known.distance_from_last[place],
        "home_km": known.distance_from_home[place],
        "usual_km": known.usual_distance[place],
        "seconds": known.since_last_s[place],
        "share": share,
        "payments": payments,
    }
    return {name: round(float(value), 4) if math.isfinite(value) else None for name, value in numbers.items()}


def _of_payment(payment: Candidate, base_currency: str) -> dict[str, Any]:
    return {
        "amount": str(payment.amount),
        "currency": payment.currency,
        "base_currency": base_currency,
        "category": payment.category,
        "country": payment.country,
        "part": payment.time_of_day_category,
        "score": payment.score,
    }


_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "amount": ("amount", "currency", "usual_e2", "base_currency"),
    "amount_in_category": ("amount", "currency", "usual_alike_e2", "base_currency", "category"),
    "payments_last_hour": ("last_hour", "per_day"),
    "payments_last_day": ("last_day", "per_day"),
    "speed": ("km", "seconds", "usual_km"),
    "distance_from_home": ("home_km", "usual_km"),
    "new_merchant": ("payments",),
    "new_category": ("category", "payments"),
    "new_country": ("country", "payments"),
    "new_device": ("payments",),
    "part_of_day": ("part", "share"),
    BY_SCORE: ("score", "payments"),
}

Show = Callable[[Mapping[str, Any], str, Callable[..., str]], str | Message]


def _money(amount: str, currency: str) -> Show:
    return lambda params, locale, _: formatting.money(Decimal(params[amount]), params[currency], locale)


def _usual(cents: str) -> Show:
    return lambda params, locale, _: formatting.money_about(
        (params[cents] or 0.0) / 100, params["base_currency"], locale
    )


def _number(name: str, decimals: int = 0) -> Show:
    return lambda params, locale, _: formatting.number(params[name] or 0, decimals, locale)


def _km(name: str) -> Show:
    def show(params: Mapping[str, Any], locale: str, _: Callable[..., str]) -> str:
        km = params[name] or 0.0
        return f"{formatting.number(km, 0 if km >= 10 else 1, locale)}{formatting.SPACE}km"  # noqa: PLR2004 - two digits

    return show


def _named(dimension: str) -> Show:
    return lambda params, locale, t: value_name(dimension, params[dimension] or "", locale, t)


_PAYMENTS: Final = {"payments": _number("payments")}
_SHOWN: Final[Mapping[str, Mapping[str, Show]]] = {
    "amount": {"amount": _money("amount", "currency"), "usual": _usual("usual_e2")},
    "amount_in_category": {
        "amount": _money("amount", "currency"),
        "usual": _usual("usual_alike_e2"),
        "category": _named("category"),
    },
    "payments_last_hour": {"count": _number("last_hour"), "usual": _number("per_day", 1)},
    "payments_last_day": {"count": _number("last_day"), "usual": _number("per_day", 1)},
    "speed": {
        "distance": _km("km"),
        "elapsed": lambda params, locale, _: formatting.age(timedelta(seconds=params["seconds"]), locale),
        "usual": _km("usual_km"),
    },
    "distance_from_home": {"distance": _km("home_km"), "usual": _km("usual_km")},
    "new_merchant": _PAYMENTS,
    "new_category": {"category": _named("category"), **_PAYMENTS},
    "new_country": {"country": _named("country"), **_PAYMENTS},
    "new_device": _PAYMENTS,
    "part_of_day": {
        "part": lambda params, _, __: Message(_PARTS[params["part"]]),
        "usual": lambda params, locale, _: formatting.percent(params["share"] or 0.0, locale),
    },
    BY_SCORE: {"score": _number("score", 2), **_PAYMENTS},
}
