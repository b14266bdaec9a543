"""Files in each published form arrive as pandas alone works them out: rows, sums, labels, times, parties."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.run import import_file
from database.connection import execute_query, get_db_session, read_only
from database.owner import owner_session
from database.segments import Selection, read
from database.segments.check import check
from tests.factories import make_bank
from tests.layouts_of_files import published
from tests.servers import Database

COLUMNS = [
    "number", "timestamp", "amount", "type", "currency", "customer_id", "merchant_id", "channel",
    "payment_method", "category", "is_fraud", "fraud_type", "state", "country", "zip_code",
]  # fmt: skip
SEED = 20_261_121


def money(text: pd.Series) -> pd.Series:
    return text.map(Decimal)


def frame(rows: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Bring what was worked out into the order and the words of the comparison."""
    found = pd.DataFrame(columns, index=rows.index)
    found["number"] = range(1, len(rows) + 1)
    amount = found["amount"]
    kind = found["type"] if "type" in found else pd.Series("purchase", index=rows.index)
    kind = kind.mask(amount < 0, "refund").mask(amount == 0, "verification")
    found["type"], found["amount"] = kind, amount.map(abs).map(lambda value: round(value, 4))
    for name in COLUMNS:
        if name not in found:
            found[name] = None
    found = found[COLUMNS].astype(object)
    return found.where(found.notna(), None)


def expected_handbook(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, dtype=str)
    names = {"1": "other", "2": "stolen_card", "3": "account_takeover"}
    return frame(
        rows, timestamp=pd.to_datetime(rows.TX_DATETIME, utc=True), amount=money(rows.TX_AMOUNT),
        currency="EUR",
        customer_id=rows.CUSTOMER_ID, merchant_id=rows.TERMINAL_ID, channel="pos",
        payment_method="credit_card", is_fraud=rows.TX_FRAUD == "1",
        fraud_type=rows.TX_FRAUD_SCENARIO.map(names),
    )  # fmt: skip


def expected_paysim(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, dtype=str)
    at = pd.Timestamp("2017-01-01", tz="UTC") + pd.to_timedelta(rows.step.astype(int), unit="h")
    kind = rows.type.str.lower()
    return frame(
        rows, timestamp=at, amount=money(rows.amount), type=kind, currency="EUR", customer_id=rows.nameOrig,
        merchant_id=rows.nameDest.where(rows.nameDest.str.startswith("M")), channel="mobile",
        payment_method="wallet", category=kind, is_fraud=rows.isFraud == "1",
    )  # fmt: skip


def expected_banksim(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, dtype=str, quotechar="'")
    at = pd.Timestamp("2012-11-01", tz="UTC") + pd.to_timedelta(rows.step.astype(int), unit="D")
    return frame(
        rows, timestamp=at, amount=money(rows.amount), currency="EUR", customer_id=rows.customer,
        merchant_id=rows.merchant, channel="other", payment_method="credit_card",
        category=rows.category.str.slice(3), is_fraud=rows.fraud == "1", country="ES",
        zip_code=rows.zipMerchant,
    )  # fmt: skip


def expected_ulb(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, dtype=str)
    at = pd.Timestamp("2013-09-01", tz="UTC") + pd.to_timedelta(rows.Time.astype(int), unit="s")
    return frame(
        rows, timestamp=at, amount=money(rows.Amount), currency="EUR", channel="other",
        payment_method="credit_card", is_fraud=rows.Class == "1",
    )  # fmt: skip


def expected_ieee_cis(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    at = pd.Timestamp("2017-11-30", tz="UTC") + pd.to_timedelta(rows.TransactionDT.astype(int), unit="s")
    method = rows.card6.map({"credit": "credit_card", "charge card": "credit_card", "debit": "debit_card"})
    card = rows[[f"card{number}" for number in range(1, 7)]].agg("-".join, axis=1)
    return frame(
        rows, timestamp=at, amount=money(rows.TransactionAmt), currency="USD", customer_id=card,
        channel="online", payment_method=method.fillna("other"), category=rows.ProductCD,
        is_fraud=rows.isFraud == "1", zip_code=rows.addr1.where(rows.addr1 != ""),
    )  # fmt: skip


def expected_tabformer(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    day = rows.Year + "-" + rows.Month.str.zfill(2) + "-" + rows.Day.str.zfill(2)
    state = rows["Merchant State"]
    is_home = state.str.fullmatch("[A-Z]{2}")
    code = rows.Zip.str.removesuffix(".0").str.zfill(5).where(rows.Zip != "")
    return frame(
        rows, timestamp=pd.to_datetime(day + " " + rows.Time, utc=True),
        amount=money(rows.Amount.str.slice(1)),
        currency="USD", customer_id=rows.User, merchant_id=rows["Merchant Name"],
        channel=rows["Use Chip"].eq("Online Transaction").map({True: "online", False: "pos"}),
        payment_method="credit_card", category=rows.MCC, is_fraud=rows["Is Fraud?"] == "Yes",
        state=state.where(is_home), country=state.map({"CA": "US", "MA": "US", "Italy": "IT"}), zip_code=code,
    )  # fmt: skip


CASES: Mapping[str, tuple[Callable[..., Path], Callable[[Path], pd.DataFrame]]] = {
    "handbook": (published.handbook, expected_handbook),
    "paysim": (published.paysim, expected_paysim),
    "banksim": (published.banksim, expected_banksim),
    "ulb": (published.ulb, expected_ulb),
    "ieee-cis": (published.ieee_cis, expected_ieee_cis),
    "tabformer": (published.tabformer, expected_tabformer),
}


@pytest.fixture
def bank(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    with get_db_session() as session:
        return make_bank(session, "acme", base_currency="EUR", time_zone="UTC").bank_id


def stored() -> pd.DataFrame:
    names = ", ".join("transaction_type as type" if name == "type" else name for name in COLUMNS[1:])
    rows = execute_query(
        f"select row_number() over (order by ingest_seq) as number, {names} from transactions"
        " order by ingest_seq",
        banks=["acme"],
    )
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


@pytest.mark.parametrize("slug", CASES)
def test_a_published_form_arrives_as_pandas_reads_it(slug: str, bank: int, tmp_path: Path) -> None:
    write, expect = CASES[slug]
    path = write(tmp_path, random.Random(SEED))
    expected = expect(path)
    result = import_file(path, ImportOptions("acme"))
    assert (result.layout, result.counts.accepted, result.counts.rejected) == (slug, len(expected), 0)
    assert len(expected) >= 1_000
    pd.testing.assert_frame_equal(stored(), expected, check_dtype=False)
    again = import_file(path, ImportOptions("acme"))
    assert again.was_complete

    with read_only(["acme"]) as session:
        total = read(
            session, Selection((bank,), datetime(2010, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
        ).total
    assert (total.rows, total.labelled, total.frauds) == (
        len(expected),
        len(expected),
        expected.is_fraud.sum(),
    )
    with owner_session(snapshot=True) as session:
        found = check(session)
    assert (found.rows, found.found) == (len(expected), [])


@pytest.mark.parametrize("slug", CASES)
def test_the_same_payments_in_another_file_are_known_by_their_ids(
    slug: str, bank: int, tmp_path: Path
) -> None:
    path = CASES[slug][0](tmp_path, random.Random(SEED))
    first = import_file(path, ImportOptions("acme"))
    lines = path.read_text().splitlines(keepends=True)
    grown = tmp_path / "grown.csv"
    grown.write_text("".join([*lines, lines[-1]]))
    second = import_file(grown, ImportOptions("acme"))
    # A row with an id of its own is the same payment again; one without is one more.
    more = 0 if slug in {"handbook", "ieee-cis"} else 1
    assert (second.counts.duplicate, second.counts.accepted) == (first.counts.accepted + 1 - more, more)
