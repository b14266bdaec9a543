"""What a stranger's columns may be, by their names: a proposal that a person looks at before it counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from models.datasets import DatasetKind

# In the order of being asked; a column is proposed once. Written without case, accents and separators.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "transaction_id": (
        "transactionid", "transid", "txid", "trxid", "txnid", "transnum", "transactionnumber", "paymentid",
        "operationid", "reference", "idtransaction", "numerotransaction", "id", "uuid",
    ),
    "timestamp": (
        "timestamp", "datetime", "transactiondatetime", "transactiondate", "transactiontime", "txdatetime",
        "transdatetranstime", "dateheure", "horodatage", "createdat", "bookedat", "date", "time", "at",
    ),
    "amount": ("amount", "amt", "transactionamount", "txamount", "transactionamt", "montant", "value", "sum"),
    "currency": ("currency", "currencycode", "devise", "ccy", "cur"),
    "transaction_type": ("transactiontype", "type", "operation", "typetransaction"),
    "payment_method": ("paymentmethod", "method", "moyenpaiement", "instrument", "cardtype"),
    "channel": ("channel", "canal", "entrymode", "usechip"),
    "customer_id": (
        "customerid", "customer", "clientid", "client", "cardid", "userid", "user", "accountid", "account",
        "ccnum", "nameorig", "idclient", "payer",
    ),
    "card_number": ("cardnumber", "cardno", "pan", "card", "numerocarte"),
    "merchant_id": (
        "merchantid", "merchant", "storeid", "store", "terminalid", "shopid", "namedest", "idcommercant",
        "commercant", "payee", "merchantname",
    ),
    "merchant_name": ("merchantname", "merchant", "storename", "nomcommercant"),
    "category": ("category", "merchantcategory", "mcc", "categorie", "kind"),
    "device_id": ("deviceid", "device", "fingerprint"),
    "ip_address": ("ipaddress", "ip", "adresseip"),
    "email": ("email", "emailaddress", "mail", "courriel"),
    "city": ("city", "ville", "region", "merchantcity"),
    "state": ("state", "etat", "province", "merchantstate"),
    "country": ("country", "pays", "countrycode", "merchantcountry"),
    "zip_code": ("zipcode", "zip", "postcode", "postalcode", "codepostal"),
    "latitude": ("latitude", "lat", "merchlat"),
    "longitude": ("longitude", "lon", "lng", "long", "merchlong"),
    "is_fraud": ("isfraud", "fraud", "fraude", "class", "label", "txfraud", "target", "fraudulent"),
    "fraud_type": ("fraudtype", "typefraude", "fraudscenario"),
    "label_known_at": ("labelknownat", "chargebackdate", "fraudreporteddate", "knownat"),
    "fraud_score": ("fraudscore", "score", "risk", "probability"),
}  # fmt: skip
_OWN: Final[Mapping[DatasetKind, Mapping[str, tuple[str, ...]]]] = {
    DatasetKind.LABELS: {"known_at": ("knownat", "chargebackdate", "reportedat", "date")},
    DatasetKind.RATES: {
        "rate_date": ("ratedate", "date", "day", "jour"),
        "rate": ("rate", "exchangerate", "taux", "value"),
        "base_currency": ("basecurrency", "base", "devisebase"),
    },
    DatasetKind.EVENTS: {
        "event_name": ("eventname", "name", "event", "holiday", "nom"),
        "event_date": ("eventdate", "date", "day", "jour"),
        "event_type": ("eventtype", "type"),
        "description": ("description", "note"),
    },
}


def guess(
    header: Sequence[str], fields: Sequence[str], kind: DatasetKind = DatasetKind.TRANSACTIONS
) -> dict[str, str]:
    """Return field → column for columns whose names say what they are, each column once."""
    plain = {column: _plain(column) for column in header}
    names = {**_NAMES, **_OWN.get(kind, {})}
    found: dict[str, str] = {}
    for field in fields:
        wanted = (_plain(field), *names.get(field, ()))
        hits = [column for name in wanted for column in header if plain[column] == name]
        free = next((column for column in hits if column not in found.values()), None)
        if free is not None:
            found[field] = free
    return found


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9]", "", letters)
