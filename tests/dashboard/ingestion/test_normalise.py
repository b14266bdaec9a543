"""A chunk becomes typed rows with the people and shops that it describes, in constant memory."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.cards import fingerprint
from dashboard.ingestion.content import content_hashes
from dashboard.ingestion.layouts import SPARKOV, choose_layout
from dashboard.ingestion.normalise import Batch, Normaliser
from dashboard.ingestion.sources import Position, open_source
from dashboard.ingestion.terms import Terms

KEY = b"k" * 32
MAPPING = {"transaction_id": "id", "timestamp": "at", "amount": "sum"}


def normalised(path: Path, **mapping: str) -> Batch:
    source = open_source(path)
    layout = choose_layout(source.columns, None, {**MAPPING, **mapping}, {"currency": "EUR"})
    (chunk,) = source.chunks(layout.read, Position(), 1_000)
    return Normaliser(layout, Terms(), KEY).normalise(chunk)


def csv(folder: Path, *lines: str) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def parquet(folder: Path, **columns: Any) -> Path:
    path = folder / "rows.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def test_what_nothing_says_takes_its_default(tmp_path: Path) -> None:
    batch = normalised(csv(tmp_path, "id,at,sum", "a,2024-01-01,1"))
    (row,) = batch.rows.to_pylist()
    assert {name: value for name, value in row.items() if value is not None} == {
        "transaction_id": "a",
        "timestamp": datetime(2024, 1, 1, tzinfo=UTC),
        "amount_e4": 10_000,
        "currency": "EUR",
        "transaction_type": "purchase",
        "payment_method": "other",
        "channel": "other",
    }


def test_a_column_s_gap_takes_the_constant(tmp_path: Path) -> None:
    batch = normalised(
        csv(tmp_path, "id,at,sum,cur", "a,2024-01-01,1,CHF", "b,2024-01-01,1,"), currency="cur"
    )
    assert batch.rows["currency"].to_pylist() == ["CHF", "EUR"]


def test_people_and_shops_are_described_by_their_first_row(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "id,at,sum,who,name,born,where,kind",
        "a,2024-01-01,1,c1,Ann,1950-02-03,m1,food",
        "b,2024-01-01,1,c1,Anna,1950-02-03,m1,wine",
        "c,2024-01-01,1,,Nobody,,m2,food",
    )
    batch = normalised(
        path,
        customer_id="who",
        customer_first_name="name",
        customer_date_of_birth="born",
        merchant_id="where",
        category="kind",
    )
    (person,) = batch.customers.to_pylist()
    assert (person["customer_id"], person["first_name"], person["date_of_birth"]) == (
        "c1", "Ann", date(1950, 2, 3),
    )  # fmt: skip
    shops = [(shop["merchant_id"], shop["name"], shop["category"]) for shop in batch.merchants.to_pylist()]
    assert shops == [("m1", "m1", "food"), ("m2", "m2", "food")]


def test_a_rejected_row_describes_nobody(tmp_path: Path) -> None:
    path = csv(tmp_path, "id,at,sum,who", "a,never,1,c1", "b,2024-01-01,1,c2")
    assert normalised(path, customer_id="who").customers["customer_id"].to_pylist() == ["c2"]


def test_a_card_beside_the_customer_is_fingerprinted_and_masked(tmp_path: Path) -> None:
    path = csv(tmp_path, "id,at,sum,who,card,mail", "a,2024-01-01,1,c1,4111 1111 1111 1111,Me@Example.org")
    (row,) = normalised(path, customer_id="who", card_number="card", email="mail").rows.to_pylist()
    assert row["customer_id"] == "c1"
    assert row["card_fingerprint"] == fingerprint("4111111111111111", KEY)
    assert row["card_masked"] == "411111******1111"
    assert row["email_fingerprint"] == fingerprint("me@example.org", KEY)


def test_sparkov_s_numbers_are_cards_whatever_their_check_digit() -> None:
    assert "customer_id" in SPARKOV.cards


def test_the_same_row_has_the_same_hash_from_csv_and_from_parquet(tmp_path: Path) -> None:
    text = csv(tmp_path, "id,at,sum,x,fraud,who", "a,2024-01-01 10:00:00,1.10,0.1,1,42", "b,2024-01-01,2,,,")
    typed = parquet(
        tmp_path,
        id=["a", "b"],
        at=pa.array([datetime(2024, 1, 1, 10), datetime(2024, 1, 1)], pa.timestamp("ns")),  # noqa: DTZ001
        sum=[1.1, 2.0],
        x=[0.1, None],
        fraud=pa.array([1.0, None]),
        who=pa.array([42, None], pa.int64()),
    )
    mapping = {"latitude": "x", "is_fraud": "fraud", "customer_id": "who"}
    first, second = (content_hashes(normalised(path, **mapping).rows) for path in (text, typed))
    assert first.to_pylist() == second.to_pylist()


def test_a_hash_stays_what_it_was(tmp_path: Path) -> None:
    # A change here makes every imported file look like another one: it needs a migration of the hashes.
    rows = normalised(csv(tmp_path, "id,at,sum,fraud", "a,2024-01-01,1.5,0"), is_fraud="fraud").rows
    assert content_hashes(rows).to_pylist() == ["\\x03cf25c20a0df377e4c76fbadd3d3453"]


def test_bytes_are_text_where_they_can_be(tmp_path: Path) -> None:
    path = parquet(tmp_path, id=[b"a", b"\xff"], at=["2024-01-01"] * 2, sum=[1, 2])
    batch = normalised(path)
    assert batch.rows["transaction_id"].to_pylist() == ["a"]
    assert [reject.line for reject in batch.rejects] == [2]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w") as file:
        file.write("id,at,sum,who\n")
        for number in range(300_000):
            file.write(f"transaction-{number:012d},2024-01-01 00:00:00,1.25,customer-{number % 999}\n")
    source = open_source(path)
    layout = choose_layout(source.columns, None, {**MAPPING, "customer_id": "who"}, {"currency": "EUR"})
    normaliser = Normaliser(layout, Terms(), KEY)
    rows, most = 0, 0
    for chunk in source.chunks(layout.read, Position(), 20_000):
        rows += normaliser.normalise(chunk).rows.num_rows
        most = max(most, pa.total_allocated_bytes())
    assert rows == 300_000
    assert most < 40 << 20


def test_a_typed_cell_that_python_cannot_hold_is_shown_among_the_rejects(tmp_path: Path) -> None:
    times = pa.array([2**62, -(2**62), 0], pa.timestamp("us"))
    batch = normalised(parquet(tmp_path, id=["a", "b", "c"], at=times, sum=["1", "1", "1"]))
    assert batch.rows["transaction_id"].to_pylist() == ["c"]
    assert [(each.line, each.value[:5]) for each in batch.rejects] == [(1, "46116"), (2, "-4611")]


def test_bytes_that_call_themselves_text_are_shown_among_the_rejects(tmp_path: Path) -> None:
    offsets, data = pa.array([0, 2], pa.int32()).buffers()[1], pa.py_buffer(b"\xff!")
    broken = pa.Array.from_buffers(pa.string(), 1, [None, offsets, data])
    batch = normalised(parquet(tmp_path, id=broken, at=["2024-01-01"], sum=["1"]))
    (reject,) = batch.rejects
    assert reject.value == "\N{REPLACEMENT CHARACTER}!"
