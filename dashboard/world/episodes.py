"""What is planted among genuine payments, with its truth: episodes of fraud, and oddities that are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np

from dashboard.world.draws import Floats, Ints, generator, shares
from dashboard.world.oddities import ODD_SCHEMES, ODDITIES
from dashboard.world.payments import DAY, Dates, Habits, Payments, join
from dashboard.world.people import ADDRESSES, DEVICES, carriers
from dashboard.world.robberies import empty_accounts, test_cards, use_stolen_cards
from dashboard.world.schemes import BUST_OUT_DAYS, RING_DAYS, bust_out, dispute_own, launder
from dashboard.world.stage import Drawn, Scheme, Setting, lay_out
from models.transactions import FraudType

Kind = TypeVar("Kind")
FRAUD_TYPES = tuple(FraudType)
ODD_SHARE: Final = 0.004
OUTAGE_DAYS: Final = 5
_OUTAGE_SHARE: Final = 0.07
SCHEMES: Final[Mapping[FraudType, Scheme]] = {
    FraudType.ACCOUNT_TAKEOVER: Scheme(0.29, 1, 1.3, empty_accounts, days=0.5),
    FraudType.CARD_TESTING: Scheme(0.20, 3, 2.2, test_cards, days=0.1),
    FraudType.STOLEN_CARD: Scheme(0.16, 2, 2.0, use_stolen_cards, days=0.6, at_night=False),
    FraudType.MULE: Scheme(0.12, 12, 8.0, launder, days=RING_DAYS),
    FraudType.MERCHANT_BUST_OUT: Scheme(0.10, 14, 10.0, bust_out, days=BUST_OUT_DAYS + 1, at_night=False),
    FraudType.FRIENDLY: Scheme(0.06, 1, 0.0, dispute_own, at_night=False),
}
"""What is planted, with its share of all fraud; the first takes what is too little for the others."""


@dataclass(frozen=True)
class Planted:
    """Payments that are planted: `fraud_type` and `oddity` are places in their lists, -1 for neither.

    `tool` numbers the means that fraudsters shared, -1 for none; `outage` is the first day of the range on
    which the rule against card testing was out, and the day after the last, as numbers since 1970.
    """

    payments: Payments
    fraud_type: Ints
    oddity: Ints
    episode: Ints
    tool: Ints
    tools: int
    outage: tuple[int, int] | None

    def __len__(self) -> int:
        """Return how many payments are planted."""
        return len(self.episode)


def plan(
    habits: Habits,
    dates: Dates,
    weights: Floats,
    frauds: int,
    odd: int,
    subject: tuple[str, ...],
    *,
    steady: bool = False,
) -> Planted:
    """Draw so many fraudulent and odd payments; `dates` and `weights` are those of the whole range."""
    rng = generator(habits.seed, *subject, "episodes")
    waves = np.ones(len(weights)) if steady else _waves(len(weights), rng)
    fraud = Setting(habits, dates, shares(weights * waves))
    plain = replace(fraud, pressure=shares(weights))
    outage = None if steady else _outage(len(weights), rng)
    extra = round(frauds * _OUTAGE_SHARE) if outage is not None else 0
    parts = [
        _Part(FRAUD_TYPES.index(kind), -1, fraud, scheme, wanted)
        for kind, scheme, wanted in _allotted(SCHEMES, frauds - extra)
    ]
    if outage is not None:
        tests = replace(SCHEMES[FraudType.CARD_TESTING], within=outage)
        parts.append(_Part(FRAUD_TYPES.index(FraudType.CARD_TESTING), -1, fraud, tests, extra))
    parts += [
        _Part(-1, ODDITIES.index(kind), plain, scheme, wanted)
        for kind, scheme, wanted in _allotted(ODD_SCHEMES, odd)
    ]
    drawn = [part.draw(generator(habits.seed, *subject, "part", number)) for number, part in enumerate(parts)]
    return _joined(habits, dates, parts, drawn, outage)


@dataclass(frozen=True)
class _Part:
    """One scheme with the number of payments that it gets."""

    fraud_type: int
    oddity: int
    setting: Setting
    scheme: Scheme
    wanted: int

    def draw(self, rng: np.random.Generator) -> tuple[Drawn, Ints]:
        steps = lay_out(self.setting, self.scheme, self.wanted, rng)
        return self.scheme.draw(self.setting, steps, rng), steps.episode


def _allotted(schemes: Mapping[Kind, Scheme], wanted: int) -> list[tuple[Kind, Scheme, int]]:
    """Share payments out; what is too little for an episode of a kind goes to the first kind."""
    whole = sum(scheme.share for scheme in schemes.values())
    rows = [round(wanted * scheme.share / whole) for scheme in schemes.values()]
    enough = [number >= scheme.least for number, scheme in zip(rows, schemes.values(), strict=True)]
    rows = [number if is_enough else 0 for number, is_enough in zip(rows, enough, strict=True)]
    rows[0] = wanted - sum(rows[1:])
    return [(kind, scheme, number) for (kind, scheme), number in zip(schemes.items(), rows, strict=True)]


def _joined(
    habits: Habits,
    dates: Dates,
    parts: list[_Part],
    drawn: list[tuple[Drawn, Ints]],
    outage: tuple[float, float] | None,
) -> Planted:
    """Put all parts behind each other, episodes and tools numbered through."""
    episodes, tools, kept = [], [], []
    next_episode = next_tool = 0
    for one, episode in drawn:
        episodes.append(episode + next_episode)
        tools.append(np.where(one.tool < 0, -1, one.tool + next_tool))
        kept.append(_with_tools(habits, one.payments, next_tool))
        next_episode += int(episode.max(initial=-1)) + 1
        next_tool += one.tools
    payments = join(kept)
    end = (int(dates.day[-1]) + 1) * DAY - 1
    payments.local = np.clip(payments.local, int(dates.day[0]) * DAY, end)
    lengths = [len(episode) for episode in episodes]
    days = dates.day[0] + np.round(np.array(outage or (0, 0)) * len(dates.day)).astype(np.int64)
    return Planted(
        payments,
        np.repeat([part.fraud_type for part in parts], lengths),
        np.repeat([part.oddity for part in parts], lengths),
        np.concatenate(episodes),
        np.concatenate(tools),
        next_tool,
        None if outage is None else (int(days[0]), int(days[1])),
    )


def _with_tools(habits: Habits, payments: Payments, offset: int) -> Payments:
    """Give the tools of one scheme numbers that no other scheme uses."""
    count = habits.people.count
    device, address = count * DEVICES, count * ADDRESSES + carriers(count)
    payments.device = payments.device + np.where(payments.device >= device, offset, 0)
    payments.address = payments.address + np.where(payments.address >= address, 4 * offset, 0)
    return payments


def _outage(days: int, rng: np.random.Generator) -> tuple[float, float] | None:
    """Return the part of the range in which a rule is out; short ranges have no such part."""
    if days < 6 * OUTAGE_DAYS:
        return None
    first = int(rng.integers(days // 2, days - 2 * OUTAGE_DAYS))
    return first / days, (first + OUTAGE_DAYS) / days


def _waves(days: int, rng: np.random.Generator) -> Floats:
    """Return how hard fraudsters press each day: slow swings and a campaign of two weeks every two months."""
    day = np.arange(days)
    level = 1 + 0.22 * np.sin(2 * np.pi * (day / 97 + rng.random()))
    for start in np.arange(rng.integers(5, 50), days, 61):
        level += rng.uniform(0.7, 1.5) * np.exp(-0.5 * ((day - start - 6) / 4.5) ** 2)
    return level
