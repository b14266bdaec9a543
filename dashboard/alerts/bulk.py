"""What a change of a frozen set of alerts would do, said before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard import formatting as f
from dashboard.alerts.decisions import Left, Looked, changed_since, refuse_person
from dashboard.alerts.names import MOVES
from database.connection import Session, read_only
from database.queries import alert_list
from database.queries.alert_list import ListedAlert
from database.queries.banks import visible_banks
from models.access import Person
from models.alerts import TRANSITIONS, AlertStatus
from models.messages import N_, Message
from models.units import E4


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen: the alerts that would move, those that would not and why, and the button's words."""

    movable: tuple[Looked, ...]
    left: tuple[Left, ...]
    title: Message
    action: Message


def preview(person: Person, looked: Sequence[Looked], status: AlertStatus) -> Preview:
    """Say what a change of these alerts would do; nothing is locked, and the change looks again."""
    refuse_person(person, looked)
    with read_only(banks=person.banks) as session:
        rows = {row.alert_id: row for row in alert_list.lines_of(session, [each.alert_id for each in looked])}
        bases = {bank.bank_id: bank.base_currency for bank in visible_banks(session, person)}
        left = [_left(session, each, rows.get(each.alert_id), status) for each in looked]
    kept = [each for each, why in zip(looked, left, strict=True) if why is None]
    sums = _sums([rows[each.alert_id] for each in kept], bases, person.language)
    what = N_("{count} alerts ({money}): {move}")
    given = {"count": f.count(len(kept), person.language), "money": sums, "move": Message(MOVES[status])}
    if not kept:
        nothing = N_("None of these alerts can be changed so.")
        what, given = nothing, {}
    title = Message(what, given)  # type: ignore[arg-type]  # the translator takes a message as a parameter
    action = Message(N_("Change {count} alerts"), {"count": f.count(len(kept), person.language)})
    return Preview(tuple(kept), tuple(why for why in left if why), title, action)


def _left(session: Session, looked: Looked, row: ListedAlert | None, status: AlertStatus) -> Left | None:
    number = {"alert_id": looked.alert_id}
    if row is None:
        return Left(looked.alert_id, Message(N_("There is no alert {alert_id}."), number))
    if row.version != looked.version:
        return Left(looked.alert_id, changed_since(session, row.bank_id, row.alert_id))
    if status not in TRANSITIONS[row.status]:
        text = N_("Alert A{alert_id} cannot go from {before} to {after}.")
        return Left(looked.alert_id, Message(text, {**number, "before": row.status, "after": status}))
    return None


def _sums(rows: Sequence[ListedAlert], bases: dict[int, str], locale: str) -> str:
    """Write the amounts that these alerts are about, one sum a base currency."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[bases[row.bank_id]] = sums.get(bases[row.bank_id], 0) + (row.amount_base_e4 or 0)
    return " + ".join(f.money(Decimal(e4) / E4, code, locale) for code, e4 in sorted(sums.items()))
