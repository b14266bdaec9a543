from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from database.segments.record import (
    FIELDS,
    RECORD,
    WIDTH,
    Records,
    columns_of,
    from_columns,
    from_wire,
    to_columns,
    to_wire,
)


def random_records(n: int, seed: int = 1) -> Records:
    return np.frombuffer(np.random.default_rng(seed).bytes(n * WIDTH), RECORD).copy()


def test_a_record_is_seven_words_that_no_field_crosses() -> None:
    fields: Mapping[str, Any] = RECORD.fields or {}
    assert WIDTH == 56
    for name in FIELDS:
        kind, offset = fields[name][:2]
        assert offset // 8 == (offset + kind.itemsize - 1) // 8, name


def test_records_survive_the_wire_and_the_columns() -> None:
    records = random_records(1_001)
    assert (from_wire(to_wire(records)) == records).all()
    assert (from_columns(to_columns(records), len(records)) == records).all()


def test_the_columns_of_an_odd_number_of_records_are_aligned() -> None:
    data = bytes(to_columns(random_records(7)))
    assert all(column.flags.aligned and not column.flags.writeable for column in columns_of(data, 7).values())


def test_bytes_that_are_not_whole_records_are_refused() -> None:
    with pytest.raises(ValueError, match="not whole records"):
        from_wire(b"x" * (WIDTH + 1))
    with pytest.raises(ValueError, match="not 2 records"):
        columns_of(b"x" * WIDTH, 2)
