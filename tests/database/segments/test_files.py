from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from database.connection import get_db_session, read_only
from database.owner import owner_session
from database.segments import Fold, Selection, files, read, runs
from database.segments.compaction import fold_tail
from database.segments.record import to_columns
from tests.database.segments.test_record import random_records
from tests.factories import NOON, make_bank, make_transaction
from tests.servers import Database

DATA = memoryview(to_columns(random_records(100)))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    return files.folder()


def kept(place: Path) -> tuple[UUID, Path]:
    uid = uuid4()
    files.keep(place, uid, 100, DATA)
    return uid, place / uid.hex


def test_a_copy_is_found_again_and_only_its_owner_may_open_the_folder(place: Path) -> None:
    uid, _ = kept(place)
    assert files.find(place, uid, 100) == DATA
    assert files.find(place, uuid4(), 100) is None
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert len(list(place.iterdir())) == 1


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda whole: whole[:-8],
    "cut in the header": lambda whole: whole[:20],
    "too long": lambda whole: whole + bytes(56),
    "one bit off": lambda whole: whole[:1_000] + bytes([whole[1_000] ^ 1]) + whole[1_001:],
    "foreign": lambda _: b"%PDF-1.7" * 1_000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_copy_is_not_used(place: Path, damage: str) -> None:
    uid, path = kept(place)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert files.find(place, uid, 100) is None


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts files by /proc")
def test_mapped_copies_hold_no_file_open_and_are_unmapped_when_forgotten(place: Path) -> None:
    def files_and_mappings() -> tuple[int, int]:
        mappings = Path("/proc/self/maps").read_text().count(str(place))
        return len(list(Path("/proc/self/fd").iterdir())), mappings

    before = files_and_mappings()
    found = [files.find(place, kept(place)[0], 100) for _ in range(20)]
    assert files_and_mappings() == (before[0], 20)
    found.clear()
    assert files_and_mappings() == before


def test_another_segments_file_is_not_used(place: Path) -> None:
    (uid, path), (other, _) = kept(place), kept(place)
    path.rename(place / other.hex)
    assert files.find(place, other, 100) is None
    assert files.find(place, uid, 100) is None


def test_a_copy_that_nobody_used_for_a_day_is_deleted(place: Path) -> None:
    (_, old), (_, fresh) = kept(place), kept(place)
    a_day_ago = old.stat().st_mtime - files.KEPT_UNUSED_S - 1
    os.utime(old, (a_day_ago, a_day_ago))
    files.sweep(place)
    assert list(place.iterdir()) == [fresh]


def page(bank_id: int) -> Fold:
    with read_only("all") as session:
        return read(session, Selection((bank_id,), NOON - timedelta(days=9), NOON + timedelta(days=9)))


def sealed_rows() -> int:
    with get_db_session() as session:
        bank = make_bank(session)
    with get_db_session([bank.code]) as session:
        for number in range(20):
            make_transaction(session, bank, timestamp=NOON + timedelta(hours=number))
    with owner_session() as owner:
        fold_tail(owner)
    return bank.bank_id


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_page_fetches_a_damaged_segment_anew(committed: Database, place: Path, damage: str) -> None:
    bank_id = sealed_rows()
    assert page(bank_id).total.rows == 20
    (path,) = place.iterdir()
    whole = path.read_bytes()
    runs.forget()
    path.unlink()
    path.write_bytes(DAMAGES[damage](whole))
    assert page(bank_id).total.rows == 20
    assert path.read_bytes() == whole


def test_a_page_works_where_nothing_can_be_written(
    committed: Database, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank_id = sealed_rows()

    def refuse(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert page(bank_id).total.rows == 20
    assert list(place.iterdir()) == []


def test_a_cached_segment_is_not_fetched_again(committed: Database, place: Path) -> None:
    bank_id = sealed_rows()
    page(bank_id)
    runs.forget()
    with owner_session() as owner:
        owner.execute(text("update segments set data = repeat('x', n * 56)::bytea"))
    assert page(bank_id).total.rows == 20
