"""The embedded server's life: attach to it or start it, and stop it when its last user leaves."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import psycopg2

from database.config import DatabaseConfig
from database.embedded import faults, place, tuning, watch
from database.embedded.account import server_account
from database.embedded.binaries import find_binaries
from database.embedded.cluster import Cluster
from database.embedded.record import DATABASE, SUPERUSER, Coordinates, Record, coordinates, record_path
from database.embedded.usage import Usage, one_at_a_time, usage_path
from database.keys import own_secret, read_secret
from database.roles import APPLICATION_ROLE, OWNER_ROLE, ensure_roles
from models.errors import UnavailableError, UserError
from models.messages import N_, Message


def reached(config: DatabaseConfig) -> AbstractContextManager[object]:
    """Reach the database for a command: our own server is started where it does not run."""
    return running(config.home, config=config) if config.is_embedded else nullcontext()


@contextmanager
def running(
    home: Path, *, hurried: Callable[[], bool] = lambda: False, config: DatabaseConfig | None = None
) -> Iterator[Coordinates]:
    """Attach to the home's server, or start it; whoever leaves last stops it, killed ones too.

    A server started by `python -m database.server start` is kept running. `hurried` turns an orderly
    stop into an immediate one.
    """
    with faults.clear_sentences(home):
        place.make_home(home)
        usage = Usage(home)
    try:
        with faults.clear_sentences(home):
            found = attach_or_start(home, config or DatabaseConfig.from_env())
        yield found
    finally:
        _leave(home, usage, hurried)


def keep_running(config: DatabaseConfig) -> Coordinates:
    """Attach to the home's server, or start it, and keep it running until `let_go`."""
    with faults.clear_sentences(config.home):
        place.make_home(config.home)
        usage = Usage(config.home)
        try:
            return attach_or_start(config.home, config, keep=True)
        finally:
            usage.close()


def let_go(home: Path) -> Message:
    """Undo `keep_running`: stop the server now, or, while others use it, when the last of them leaves.

    A server that a process of ours started for itself is left to that process.
    """
    record = known(home)
    if record is None or not is_ours(home, record):
        return Message(N_("PostgreSQL is not running."))
    usage = Usage(home)
    try:
        with one_at_a_time(home):
            record.at(port=record.port, kept=False).write(home)
        if usage.release():
            cluster_of(record).stop(timeout_s=60)
            return Message(N_("PostgreSQL is stopped."))
        if record.kept:
            watch_over(home, cluster_of(record))
        return Message(N_("PostgreSQL is in use by another process of Vigie: it stops when that one ends."))
    finally:
        usage.close()


def state(home: Path) -> int | None:
    """Return the port of the home's running server, or None."""
    record = known(home)
    return record.port if record is not None and is_ours(home, record) else None


def attach_or_start(home: Path, config: DatabaseConfig, *, keep: bool = False) -> Coordinates:
    """Return the running server's coordinates; the caller holds a `Usage`, or asks to keep the server."""
    with one_at_a_time(home):
        record = known(home)
        if record is not None and is_ours(home, record):
            if keep and not record.kept:
                record.at(port=record.port, kept=True).write(home)
            return coordinates(home, record.port)
        cluster = _cluster(record, home, config)
        if not cluster.exists():
            cluster.init(password=own_secret(home, f"{SUPERUSER}_password"))
        _refuse_lost_password(home, cluster)
        return _start(home, cluster, record, keep=keep)


def revive(config: DatabaseConfig) -> bool:
    """Start the server again where it has died under its users; whether it had."""
    record = known(config.home)
    if record is not None and cluster_of(record).pid() is not None:
        return False
    with faults.clear_sentences(config.home):
        attach_or_start(config.home, config, keep=record is not None and record.kept)
    return True


def known(home: Path) -> Record | None:
    """Return the home's record; None for one that came with a copy of another home.

    A home that was moved keeps its data outside; a copy must not meet the original's.
    """
    record = Record.read(home)
    if record is None or record.home == str(home):
        return record
    inside = Path(record.data).is_relative_to(record.home)
    return None if inside or Path(record.home).exists() else record


def is_ours(home: Path, record: Record) -> bool:
    """Whether the server at the recorded port is this home's: the same identity on the same folder."""
    password = read_secret(home, f"{SUPERUSER}_password")
    if password is None:
        return False
    try:
        connection = psycopg2.connect(
            host="127.0.0.1", port=record.port, user=SUPERUSER, password=password, dbname="postgres",
            connect_timeout=3,
        )  # fmt: skip
    except psycopg2.OperationalError:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "select system_identifier::text, current_setting('data_directory') from pg_control_system()"
        )
        found = cursor.fetchone()
    connection.close()
    return found == (record.system_identifier, record.data)


def cluster_of(record: Record) -> Cluster:
    """Return the cluster that a record speaks of."""
    return Cluster(Path(record.data), Path(record.binaries), server_account(data=Path(record.data)))


def _cluster(record: Record | None, home: Path, config: DatabaseConfig) -> Cluster:
    if record is not None and Path(record.data).exists():
        data = Path(record.data)
        account = server_account(config.pg_user, data)
    else:
        inside = home / "postgres" / "data"
        account = server_account(config.pg_user, inside if inside.exists() else None)
        data = place.data_folder(home, account)
    binaries = place.reachable_binaries(find_binaries(config.pg_bin), data, account)
    return Cluster(data, binaries, account)


def _refuse_lost_password(home: Path, cluster: Cluster) -> None:
    if read_secret(home, f"{SUPERUSER}_password") is None:
        raise UserError(
            N_("The password of the data in {data} is missing: restore {path} from a backup."),
            data=str(cluster.data),
            path=str(home / "secrets" / f"{SUPERUSER}_password"),
        )


def _start(home: Path, cluster: Cluster, record: Record | None, *, keep: bool) -> Coordinates:
    cluster.refuse_other_major()
    # A server that runs on our folder but did not answer as ours is hung, or at a forgotten port.
    cluster.stop()
    port = record.port if record is not None and tuning.is_free(record.port) else tuning.free_port()
    for last in (False, False, True):
        now = Record(
            home=str(home),
            data=str(cluster.data),
            binaries=str(cluster.binaries),
            major=cluster.major(),
            port=port,
            system_identifier=cluster.system_identifier(),
            kept=keep,
        )
        now.write(home)
        if not keep:
            watch_over(home, cluster)
        try:
            cluster.start(port=port, settings=tuning.settings(cluster))
            break
        except faults.PortTakenError:
            if last:
                raise
            port = tuning.free_port()
    here = coordinates(home, port)
    passwords = {
        OWNER_ROLE: own_secret(home, f"{OWNER_ROLE}_password"),
        APPLICATION_ROLE: own_secret(home, f"{APPLICATION_ROLE}_password"),
    }
    try:
        ensure_roles(here.superuser_url, passwords, DATABASE)
    except UnavailableError as error:
        cluster.stop(timeout_s=0)
        reason = str(error.message.params.get("reason", error)).rpartition("FATAL:")[2].strip()
        raise faults.damaged(cluster.data, reason) from error
    return here


def watch_over(home: Path, cluster: Cluster) -> None:
    """Leave a small process behind that stops the server once nobody holds a share in it."""
    subprocess.run(  # noqa: S603 - our own program
        [
            sys.executable, "-I", "-S", watch.__file__, usage_path(home), record_path(home),
            cluster.binaries / "pg_ctl", cluster.data, str(cluster.account.uid), str(cluster.account.gid),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )  # fmt: skip


def _leave(home: Path, usage: Usage, hurried: Callable[[], bool]) -> None:
    record = known(home)
    try:
        if record is None or record.kept:
            return
        cluster = cluster_of(record)
        deadline = time.monotonic() + 10
        while not usage.release():
            # Either others use the server, or the watcher was quicker and is stopping it.
            if cluster.pid() is None or (usage.is_shared() and time.monotonic() > deadline - 9.5):
                return
            if hurried() or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        cluster.stop(hurried=hurried)
    finally:
        usage.close()
