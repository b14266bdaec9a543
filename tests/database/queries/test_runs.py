"""Runs as people see them: by bank, by who began them, and with their dataset."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from database.queries import datasets, jobs, runs
from models.access import Person, Role
from models.banks import Bank
from models.datasets import DatasetOrigin
from models.errors import NotFoundError
from models.jobs import JobStatus
from tests.factories import make_bank, make_user

Someone = Callable[..., Person]


@pytest.fixture
def someone(db: Session) -> Someone:
    def person(*banks: Bank, role: Role = Role.LEAD) -> Person:
        user = make_user(db, *banks, role=role)
        codes = tuple(bank.code for bank in banks)
        return Person(user.user_id, user.username, user.full_name, role, codes, "en", "light")

    return person


def ids(db: Session, person: Person) -> set[int]:
    return {run.job_id for run in runs.newest(db, person)}


def test_a_person_sees_the_runs_of_the_banks_and_own_ones_of_no_bank(db: Session, someone: Someone) -> None:
    north, south = make_bank(db, "north"), make_bank(db, "south")
    here, away = someone(north), someone(south)
    of_north = jobs.create(db, "import", {"bank": "north"})
    of_south = jobs.create(db, "import", {"bank": "south"}, created_by=here.user_id)
    of_none = jobs.create(db, "remove-demo", {})
    own = jobs.create(db, "remove-demo", {}, created_by=here.user_id)
    assert ids(db, here) == {of_north, own}
    assert ids(db, away) == {of_south}
    assert ids(db, someone(role=Role.ADMIN)) == {of_none, own}
    with pytest.raises(NotFoundError):
        runs.one(db, away, of_north)


def test_a_run_comes_with_its_dataset_and_its_counts(db: Session, someone: Someone) -> None:
    bank = make_bank(db, "north")
    person = someone(bank)
    job_id = jobs.create(db, "import", {"bank": "north"}, created_by=person.user_id, status=JobStatus.RUNNING)
    dataset_id = datasets.create(db, bank.bank_id, "march.csv", origin=DatasetOrigin.IMPORT)
    datasets.begin_run(db, bank.bank_id, dataset_id, job_id, bytes_total=10)
    run = runs.one(db, person, job_id)
    assert (run.subject, run.by, run.rows_read, run.is_open) == ("march.csv", person.full_name, 0, True)


def test_the_newest_come_first_and_no_more_than_asked_for(db: Session, someone: Someone) -> None:
    person = someone(make_bank(db, "north"))
    made = [jobs.create(db, "import", {"bank": "north"}) for _ in range(4)]
    assert [run.job_id for run in runs.newest(db, person, limit=3)] == made[:0:-1]
