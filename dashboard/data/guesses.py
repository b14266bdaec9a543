"""Which column of an unknown file may fill which field, by how such columns are usually called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from dashboard.ingestion.fields import FIELDS

# After the field's own name; the likelier first. Compared without signs and case.
_ALSO: Final[dict[str, tuple[str, ...]]] = {
    "transaction_id": ("txid", "transid", "transnum", "txnid", "transaction", "paymentid", "id", "reference"),
    "timestamp": (
        "datetime",
        "transdatetranstime",
        "time",
        "date",
        "createdat",
        "at",
        "txdatetime",
        "eventtime",
    ),
    "amount": ("amt", "txamount", "value", "transactionamount", "total", "money", "betrag", "montant"),
    "currency": ("currencycode", "ccy", "cur", "devise"),
    "transaction_type": ("type", "txtype", "operation"),
    "payment_method": ("paymenttype", "method", "provider", "card"),
    "channel": ("entrychannel", "source", "medium", "usechip"),
    "customer_id": ("customer", "custid", "clientid", "userid", "user", "accountid", "nameorig", "account"),
    "merchant_id": ("merchant", "merchid", "storeid", "shop", "terminalid", "namedest", "store"),
    "card_number": ("ccnum", "pan", "cardid", "cardno"),
    "device_id": ("device", "deviceno"),
    "ip_address": ("ip", "clientip"),
    "category": ("merchantcategory", "region", "mcctext"),
    "country": ("countrycode", "billingcountry", "countryname"),
    "zip_code": ("zip", "postcode", "postalcode"),
    "latitude": ("lat",),
    "longitude": ("long", "lon", "lng"),
    "is_fraud": ("fraud", "isfraud", "label", "class", "target", "chargeback", "txfraud"),
    "fraud_score": ("score", "probability", "risk"),
    "merchant_name": ("merchname", "storename"),
    "customer_first_name": ("first", "firstname", "givenname"),
    "customer_last_name": ("last", "lastname", "surname"),
    "customer_gender": ("gender", "sex"),
    "customer_date_of_birth": ("dob", "birthdate"),
    "customer_occupation": ("job", "occupation"),
}


def guesses(columns: Sequence[str]) -> dict[str, str]:
    """Propose a column for as many fields as can be guessed; no column twice."""
    by_sound = {_bare(column): column for column in reversed(columns) if column}
    taken: dict[str, str] = {}
    for name in FIELDS:
        column = next(
            (by_sound[each] for each in _sounds(name) if by_sound.get(each, "") not in {"", *taken.values()}),
            None,
        )
        if column is not None:
            taken[name] = column
    return taken


def _sounds(name: str) -> Iterator[str]:
    yield _bare(name)
    yield from _ALSO.get(name, ())


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
