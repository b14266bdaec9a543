"""A file that has arrived: recognised or guessed, its first rows, and no forged choices."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.data import uploads
from dashboard.data.arrival import Arrival, arrival
from dashboard.data.turns import turn
from models.access import Person, Role
from models.banks import Bank
from models.errors import NotFoundError
from tests.factories import make_bank, make_user

STRANGE = b"""payment id,created at,amt,ccy,odd
p1,2024-03-04 10:00:00,5.50,EUR,x
p2,2024-03-04 11:00:00,many,EUR,y
"""


@pytest.fixture
def person(db: Session) -> Person:
    bank = make_bank(db, "north")
    user = make_user(db, bank, role=Role.LEAD)
    return Person(user.user_id, user.username, user.full_name, Role.LEAD, ("north",), "en", "light")


def arrived(person: Person, home: Path, body: bytes, form: Any = None, name: str = "rows.csv") -> Arrival:
    upload = uploads.begin(home, person.user_id, name, len(body), 1)
    uploads.append(upload, 0, io.BytesIO(body), len(body))
    found = arrival(person, home, {"upload": upload.upload_id, "form": form})
    assert found is not None
    return found


def test_columns_are_guessed_and_the_first_rows_shown_as_they_would_arrive(
    person: Person, tmp_path: Path
) -> None:
    found = arrived(person, tmp_path, STRANGE).proposal
    assert found.problem is None
    assert {name: found.mapping[name] for name in ("transaction_id", "timestamp", "amount", "currency")} == {
        "transaction_id": "payment id",
        "timestamp": "created at",
        "amount": "amt",
        "currency": "ccy",
    }
    good, bad = found.rows
    assert (good.values["transaction_id"], good.values["amount"]) == ("p1", "5.5")
    assert bad.reason is not None
    assert bad.line == 3


def test_a_choice_of_the_form_wins_over_the_guess(person: Person, tmp_path: Path) -> None:
    mapping = {"transaction_id": "odd", "timestamp": "created at", "amount": "amt", "currency": "ccy"}
    found = arrived(person, tmp_path, STRANGE, {"map": mapping}).proposal
    assert found.rows[0].values["transaction_id"] == "x"


def test_times_without_a_zone_are_the_banks_own(person: Person, tmp_path: Path, db: Session) -> None:
    make_bank(db, "paris", time_zone="Europe/Paris")
    user = make_user(db, *db.scalars(select(Bank).where(Bank.code == "paris")), role=Role.LEAD)
    french = replace(person, user_id=user.user_id, banks=("paris",))
    assert arrived(french, tmp_path, STRANGE).proposal.rows[0].values["timestamp"] == "2024-03-04 09:00:00"


def test_late_labels_are_mapped_by_their_own_fields(person: Person, tmp_path: Path) -> None:
    body = b"transaction_id,is_fraud,known_at\np1,1,2024-03-09\n"
    found = arrived(person, tmp_path, body, {"kind": "labels"}).proposal
    assert found.problem is None
    assert found.mapping == {
        "transaction_id": "transaction_id",
        "is_fraud": "is_fraud",
        "known_at": "known_at",
    }
    assert not found.can_be_checked
    assert arrived(person, tmp_path, b"a,b\n1,2\n", {"kind": "rates"}).proposal.problem is not None


def test_what_is_missing_is_said_instead_of_rows(person: Person, tmp_path: Path) -> None:
    found = arrived(person, tmp_path, b"a,b\n1,2\n").proposal
    assert found.problem is not None
    assert found.rows == ()
    assert found.columns == ("a", "b")


@pytest.mark.parametrize("body", [b"\0\0\0\0", b"PK\3\4nothing", b"PAR1nothing"])
def test_what_is_no_table_is_one_sentence(person: Person, tmp_path: Path, body: bytes) -> None:
    assert arrived(person, tmp_path, body).proposal.problem is not None


@pytest.mark.parametrize(
    "form", [{"bank": "south"}, {"bank": 7}, {"path": "/etc/passwd"}, {"kind": []}, {"map": 3}]
)
def test_a_forged_form_is_a_sentence_and_no_fault(
    person: Person, tmp_path: Path, form: dict[str, Any]
) -> None:
    assert arrived(person, tmp_path, STRANGE, form).proposal.problem is not None


@pytest.mark.parametrize(
    "form",
    [
        *({"time_zone": zone} for zone in ("Europe", "nowhere", "../../etc/passwd", "x" * 300, "\0")),
        *(
            {"encoding": name}
            for name in ("punycode", "idna", "zlib_codec", "hex", "rot13", "utf-7", "unicode_escape", "x\0")
        ),
    ],
)
def test_a_zone_or_an_encoding_that_is_none_is_a_sentence_and_no_fault(
    person: Person, tmp_path: Path, form: dict[str, Any]
) -> None:
    found = arrived(person, tmp_path, STRANGE, form).proposal
    assert found.problem is not None
    assert found.rows == ()


def test_a_sentence_about_a_file_names_it_and_not_where_it_is_kept(person: Person, tmp_path: Path) -> None:
    for body in (b"PK\3\4nothing", b"PAR1nothing", b"\0\0\0\0", b"\x1f\x8bnothing"):
        problem = arrived(person, tmp_path, body, name=f"{body[:2].hex()}.csv").proposal.problem
        assert problem is not None
        assert str(problem).startswith(f"{body[:2].hex()}.csv")
        assert str(tmp_path) not in str(problem)


def test_a_name_of_a_column_is_no_story(person: Person, tmp_path: Path) -> None:
    header = b",".join(letter * 100_000 for letter in (b"a", b"b", b"c"))
    found = arrived(person, tmp_path, header + b"\n1,2,3\n").proposal
    assert found.problem is not None
    assert found.columns == ()


@pytest.mark.parametrize("asked", [None, 7, [], {}, {"upload": None}, {"upload": 3}])
def test_nothing_asked_about_is_nothing(person: Person, tmp_path: Path, asked: Any) -> None:
    assert arrival(person, tmp_path, asked) is None


def test_another_persons_file_is_not_there(person: Person, tmp_path: Path) -> None:
    upload = uploads.begin(tmp_path, person.user_id + 1, "rows.csv", 3, 1)
    with pytest.raises(NotFoundError):
        arrival(person, tmp_path, {"upload": upload.upload_id})


def test_a_form_without_a_turn_says_so(person: Person, tmp_path: Path) -> None:
    with turn(person.user_id), turn(person.user_id):
        found = arrived(person, tmp_path, STRANGE).proposal
    assert found.problem is not None
    assert found.problem.msgid.startswith("Other files are being read")
    assert found.columns == ()
    assert arrived(person, tmp_path, STRANGE).proposal.problem is None
