from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments.pack import migration, packing_migration, source_of
from database.segments.record import FIELDS, RECORD, WIDTH, from_wire
from tests.database.segments.test_record import random_records

MIGRATIONS = Path(__file__).parents[3] / "migrations"


def test_the_migrations_are_those_generated_from_the_record() -> None:
    assert (MIGRATIONS / "020_create_segment_functions.sql").read_text() == migration()
    assert (MIGRATIONS / "055_pack_records_by_function.sql").read_text() == packing_migration()


@pytest.mark.every_postgres
def test_sql_packs_what_numpy_reads(db: Session) -> None:
    records = random_records(200)
    records[0] = np.zeros((), RECORD)
    records[1] = tuple(_highest(field) for field in FIELDS)
    call = f"select segment_record({', '.join(f':{field}' for field in FIELDS)})"
    packed = [db.scalar(text(call), {field: int(record[field]) for field in FIELDS}) for record in records]
    assert {len(one) for one in packed} == {WIDTH}
    assert (from_wire(b"".join(map(bytes, packed))) == records).all()


def test_every_field_has_a_source() -> None:
    assert all(source_of(field, "1") for field in FIELDS)


def _highest(field: str) -> int:
    return int(np.iinfo(RECORD[field]).max)
