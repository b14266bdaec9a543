"""A mark opens its own rows: every chart of every page, random filters, a random mark, beside its list.

    python -m tests.proofs.drill --filters 200 --seed 1

A filter is drawn, the page asked, and of each of its charts a mark and the whole, and each of its tiles, are
opened as the browser opens them: the Transactions page counts the rows of that address, and their number and
sum must be what the mark said.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select

from dashboard.drill import read_then
from dashboard.overview.ask import ask as overview
from dashboard.overview.marks import marks_of, tile_rows
from dashboard.transactions.ask import ask as listed
from database.connection import get_db_session
from database.segments import Sums
from models.access import Person
from models.banks import Bank
from tests.alerting import person_of
from tests.dashboard import test_marks as sheets
from tests.dashboard.overview.test_marks import random_query
from tests.database.segments.test_reading import world
from tests.factories import make_user
from tests.proofs.own_server import own_server


def on_overview(person: Person, query: str) -> sheets.Told:
    """Return the filter of the Overview, its marks, and the addresses of its tiles."""
    answer = overview(person, query, now=sheets.NOW)
    found = answer.overview
    assert found is not None
    return answer.seen, marks_of(found), list(tile_rows(found).values())


PAGES: Final[dict[str, Callable[[Person, str], sheets.Told]]] = {"overview": on_overview, **sheets.PAGES}


def prove(filters: int, seed: int, *, rows: int = 2_400) -> Counter[str]:
    """Compare marks with their rows; returns how many of each chart were compared."""
    world(seed=seed, rows=rows)
    with get_db_session("all") as session:
        bank = session.scalars(select(Bank).order_by(Bank.bank_id).limit(1)).one()
        person = person_of(make_user(session, bank), bank)
    code = person.banks[0]
    randomness, compared = random.Random(seed), Counter[str]()
    for _ in range(filters):
        drawn = parse_qsl(random_query(randomness), keep_blank_values=True)
        query = urlencode([*drawn, ("bank", code)])
        for page, told in PAGES.items():
            _compare(person, page, query, told(person, query), randomness, compared)
    return compared


def _compare(
    person: Person,
    page: str,
    query: str,
    told: sheets.Told,
    randomness: random.Random,
    compared: Counter[str],
) -> None:
    seen, charts, addresses = told
    for address in addresses:
        opened, then = address.removeprefix("transactions?").split("#")
        said = read_then(f"#{then}")
        assert said is not None
        assert said.is_equal(_total(person, opened)), (page, query, address)
        compared[f"{page}: figures"] += 1
    for slug, marks in charts.items():
        rows = [row for group in marks.groups for row in group if row is not None]
        for row in [None, *randomness.sample(rows, k=min(1, len(rows)))]:
            behind = _total(person, sheets.address_of(seen.filters, marks, row))
            count, sum_e4 = marks.whole if row is None else (row[1], row[2])
            assert behind.rows == count, (page, slug, query, row)
            assert sum_e4 is None or behind.volume_e4 == sum_e4, (page, slug, query, row)
            compared[f"{page}: {slug}"] += 1


def _total(person: Person, query: str) -> Sums:
    found = listed(person, query, now=sheets.NOW).total
    assert found is not None
    return found


def main() -> int:
    """Run the proof on an embedded server of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--filters", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with own_server():
        compared = prove(options.filters, options.seed)
    for chart, count in sorted(compared.items()):
        sys.stdout.write(f"{chart}: {count} compared, all equal\n")
    sys.stdout.write(f"{compared.total()} marks and figures of {options.filters} filters: 100 % equal\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
