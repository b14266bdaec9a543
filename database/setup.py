"""What a new database needs before anybody can work: its schema, the first admin, a bank and a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from psycopg2.errors import LockNotAvailable
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from database import connection, owner
from database.migrations import run_all_migrations
from database.roles import OWNER_ROLE
from models.access import Role
from models.banks import Bank
from models.datasets import Dataset, DatasetKind, DatasetOrigin
from models.errors import ConflictError
from models.messages import N_
from models.users import User, UserBank

DEFAULT_BANK: Final = "main"
DEFAULT_DATASET: Final = "default"
_SEEDING: Final = 7_102_002
_LOCK_TIMEOUT: Final = "10s"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made; an id is None where something of its kind was there already."""

    admin_id: int | None
    bank_id: int | None
    dataset_id: int | None


def init_database() -> list[str]:
    """Bring the schema to the newest version; return the names of the migrations applied."""
    return run_all_migrations()


def reset_database() -> list[str]:
    """Delete everything that Vigie stored and build the schema anew. It does not ask: its callers do."""
    connection.dispose()
    try:
        with owner.owner_session() as session:
            session.execute(text(f"set local lock_timeout = '{_LOCK_TIMEOUT}'"))
            session.execute(text(f"drop owned by {OWNER_ROLE} cascade"))
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise ConflictError(N_("The database is in use: stop Vigie, then reset it.")) from error
        raise
    owner.dispose()
    return run_all_migrations()


def seed_initial_data(
    *,
    password_hash: str | None = None,
    username: str = "admin",
    email: str = "admin@localhost",
    must_change_password: bool = True,
) -> Seeded:
    """Create the first admin, and a bank with its dataset where there is none; again changes nothing.

    Without `password_hash` (argon2, made by who knows the password) no admin is created.
    """
    with connection.get_db_session() as session:
        # Two starts at once make one admin.
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _SEEDING})
        bank_id = _first_bank(session)
        admin_id = None
        if password_hash is not None and not has_admin(session):
            admin_id = _first_admin(session, username, email, password_hash, must_change_password)
    return Seeded(admin_id, bank_id, _first_dataset() if bank_id is not None else None)


def has_admin(session: Session) -> bool:
    """Whether an admin exists; the way to the first one is gone then."""
    return session.scalar(select(User.user_id).where(User.role == Role.ADMIN).limit(1)) is not None


def _first_bank(session: Session) -> int | None:
    if session.scalar(select(Bank.bank_id).limit(1)) is not None:
        return None
    bank = Bank(code=DEFAULT_BANK, name="Main bank", base_currency="EUR")
    session.add(bank)
    session.flush()
    return bank.bank_id


def _first_admin(
    session: Session,
    username: str,
    email: str,
    password_hash: str,
    must_change_password: bool,  # noqa: FBT001 - passed on by name of its place
) -> int:
    same_name = select(User.username).where(
        (func.lower(User.username) == username.lower()) | (func.lower(User.email) == email.lower())
    )
    if session.scalar(same_name) is not None:
        raise ConflictError(
            N_("A user with the name {username} or the e-mail {email} exists and is no admin."),
            username=username,
            email=email,
        )
    admin = User(
        username=username,
        email=email,
        full_name="Administrator",
        password_hash=password_hash,
        role=Role.ADMIN,
        must_change_password=must_change_password,
    )
    session.add(admin)
    session.flush()
    banks = session.scalars(select(Bank.bank_id))
    session.add_all(UserBank(user_id=admin.user_id, bank_id=bank_id) for bank_id in banks)
    session.flush()
    return admin.user_id


def _first_dataset() -> int:
    with connection.get_db_session([DEFAULT_BANK]) as session:
        dataset = Dataset(
            bank_id=connection.bank_ids(session)[0],
            name=DEFAULT_DATASET,
            kind=DatasetKind.TRANSACTIONS,
            origin=DatasetOrigin.API,
        )
        session.add(dataset)
        session.flush()
        return dataset.dataset_id
