"""Planted fraud with known truth: cards that are tested, accounts that are taken over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.world.categories import CASH, CATEGORIES, METHOD_SHARES, METHODS, NAMES, TRANSFERS
from dashboard.world.draws import Choices, Flags, Floats, Ints, shares
from dashboard.world.payments import (
    ATM,
    BY_TRANSFER,
    DAY,
    KINDS,
    MOBILE,
    ONLINE,
    POS,
    Dates,
    Habits,
    Payments,
    join,
)
from dashboard.world.people import ADDRESSES, CARDS, DEVICES
from dashboard.world.rhythm import night_hours
from models.transactions import FraudType, PaymentMethod, TransactionType

FRAUD_TYPES = tuple(FraudType)
TESTING = FRAUD_TYPES.index(FraudType.CARD_TESTING)
TAKEOVER = FRAUD_TYPES.index(FraudType.ACCOUNT_TAKEOVER)
_TESTING_SHARE = 0.3
_TAKEOVER_MEDIAN = 240.0
# Where a stolen account is emptied: by category, in the order of CHANNELS.
_TAKEOVER_CHANNELS = Choices.of(
    [
        np.array([0.55, 2.2, 2.4, 1.0, 0.25])
        * (np.array(category.channels) + 0.05 * (np.array(category.channels) > 0))
        for category in CATEGORIES
    ]
)
_TAKEOVER_METHODS = Choices.of(
    np.array(METHOD_SHARES) * np.array([0.55, 1.25, 1.0, 2.6, 1.0, 0.2])  # in the order of METHODS
)
_RING = 3


@dataclass(frozen=True)
class Fraud:
    """Fraudulent payments with their type and the episode each belongs to."""

    payments: Payments
    fraud_type: Ints
    episode: Ints


def plan_fraud(habits: Habits, dates: Dates, weights: Floats, wanted: int, rng: np.random.Generator) -> Fraud:
    """Draw `wanted` fraudulent payments in episodes; `dates` and `weights` are those of the whole range."""
    pressure = shares(weights * _waves(len(weights), rng))
    tested = round(wanted * _TESTING_SHARE)
    parts = [
        _episodes(habits, dates, pressure, tested, TESTING, rng),
        _episodes(habits, dates, pressure, wanted - tested, TAKEOVER, rng),
    ]
    numbers = [parts[0].episode, parts[1].episode + (parts[0].episode.max(initial=-1) + 1)]
    return Fraud(
        join([part.payments for part in parts]),
        np.concatenate([part.fraud_type for part in parts]),
        np.concatenate(numbers),
    )


def _waves(days: int, rng: np.random.Generator) -> Floats:
    """Return how hard fraudsters press each day: slow swings and a campaign of two weeks every two months."""
    day = np.arange(days)
    level = 1 + 0.22 * np.sin(2 * np.pi * (day / 97 + rng.random()))
    for start in np.arange(rng.integers(5, 50), days, 61):
        level += rng.uniform(0.7, 1.5) * np.exp(-0.5 * ((day - start - 6) / 4.5) ** 2)
    return level


def _sizes(wanted: int, least: int, mean_more: float, rng: np.random.Generator) -> Ints:
    """Return sizes of episodes that add up to `wanted`; the last one is cut."""
    sizes = least + rng.poisson(mean_more, wanted // least + 1)
    ends = np.minimum(np.cumsum(sizes), wanted)
    kept = np.diff(ends, prepend=0)
    return kept[kept > 0]


def _episodes(
    habits: Habits, dates: Dates, pressure: Floats, wanted: int, fraud_type: int, rng: np.random.Generator
) -> Fraud:
    is_testing = fraud_type == TESTING
    sizes = _sizes(wanted, *((3, 1.5) if is_testing else (1, 0.7)), rng)
    count = len(sizes)
    episode = np.repeat(np.arange(count), sizes)
    step = np.arange(wanted) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    # A card tester does not know whom he robs; a taken account is one that is used.
    known = habits.people.activity.draw_one(rng.random(count))
    victim = rng.integers(0, habits.people.count, count) if is_testing else known
    # One draw from each slice of equal pressure: few episodes must not leave whole weeks empty.
    slices = (rng.permutation(count) + rng.random(count)) / max(1, count)
    day = Choices.of(pressure).draw_one(slices)
    start = night_hours().draw_one(rng.random(count)) * 900 + rng.integers(0, 900, count)
    pause = rng.exponential(75 if is_testing else 2600, wanted) + (4 if is_testing else 40)
    elapsed = np.cumsum(pause)
    elapsed -= np.repeat(elapsed[np.cumsum(sizes) - sizes], sizes) if wanted else 0
    # What would pass midnight of the last day stays within it.
    last = (dates.day[-1] + 1) * DAY - 1
    local = np.minimum(
        dates.day[day][episode] * DAY + start[episode] + elapsed.astype(np.int64), last - step[::-1]
    )
    draw = _test_cards if is_testing else _empty_accounts
    payments = draw(habits, victim[episode], local, step, sizes[episode], rng)
    tool = rng.integers(0, max(1, count // _RING + 1), count)[episode]
    payments.device = np.where(payments.device < 0, -1, habits.people.count * DEVICES + tool)
    payments.address = np.where(
        payments.address < 0, -1, habits.people.count * ADDRESSES + tool * 4 + rng.integers(0, 4, wanted)
    )
    return Fraud(payments, np.full(wanted, fraud_type), episode)


def tools_at_most(wanted: int) -> int:
    """Return an upper bound of the devices that the episodes of so many payments use."""
    return wanted + 1


def _test_cards(
    habits: Habits, victim: Ints, local: Ints, step: Ints, size: Ints, rng: np.random.Generator
) -> Payments:
    """Many tiny payments online, some only verified; where the card works, the last one is for real."""
    count = len(victim)
    category = Choices.of([kind.testing for kind in CATEGORIES]).draw_one(rng.random(count))
    merchant = _online_merchants(habits, category, rng)
    is_check = rng.random(count) < 0.14
    is_harvest = (step == size - 1) & (rng.random(count) < 0.55) & ~is_check
    category = np.where(is_harvest, NAMES.index("electronics"), category)
    merchant = np.where(is_harvest, _online_merchants(habits, category, rng), merchant)
    tiny = rng.choice(np.array([50, 99, 100, 100, 149, 199, 200, 299, 499]), count)
    large = np.round(100 * 190 * habits.bank.money * np.exp(rng.normal(0, 0.6, count))).astype(np.int64)
    cents = np.where(is_harvest, large, np.where(is_check, 0, tiny))
    method = Choices.of([0.2, 0.55, 0.0, 0.25, 0.0, 0.0]).draw_one(rng.random(count))
    kind = np.where(
        is_check, KINDS.index(TransactionType.VERIFICATION), KINDS.index(TransactionType.PURCHASE)
    )
    return Payments(
        customer=victim,
        local=local,
        category=category,
        channel=np.full(count, ONLINE),
        method=method,
        kind=kind,
        merchant=merchant,
        cents=cents,
        card=victim * CARDS,
        device=np.zeros(count, dtype=np.int64),
        address=np.zeros(count, dtype=np.int64),
    )


def _empty_accounts(
    habits: Habits, victim: Ints, local: Ints, step: Ints, size: Ints, rng: np.random.Generator
) -> Payments:
    """A few large payments within hours, from a device that the customer never used."""
    count = len(victim)
    category = Choices.of([kind.takeover for kind in CATEGORIES]).draw_one(rng.random(count))
    channel = _TAKEOVER_CHANNELS.draw(category, rng.random(count))
    is_remote = (channel == ONLINE) | (channel == MOBILE)
    merchant = np.where(
        is_remote,
        _online_merchants(habits, category, rng),
        _merchants_on_the_street(habits, victim, category, rng),
    )
    growing = 1 + 0.35 * step / np.maximum(1, size - 1)
    amount = _TAKEOVER_MEDIAN * habits.bank.money * growing * np.exp(rng.normal(0, 0.75, count))
    amount = np.where(category == CASH, np.maximum(50.0, np.round(amount / 50) * 50), amount)
    method = _TAKEOVER_METHODS.draw(channel, rng.random(count))
    # In a shop the stolen account pays from the thief's own telephone.
    in_shop = (channel == POS) & (rng.random(count) < 0.5)
    method = np.where(in_shop, METHODS.index(PaymentMethod.WALLET), method)
    kind = np.array([KINDS.index(one.kind) for one in CATEGORIES])[category]
    return Payments(
        customer=victim,
        local=local,
        category=category,
        channel=channel,
        method=np.where(category == TRANSFERS, BY_TRANSFER, method),
        kind=kind,
        merchant=merchant,
        cents=np.round(amount * 100).astype(np.int64),
        card=victim * CARDS,
        device=np.where(channel == ATM, -1, 0),
        address=np.where(is_remote, 0, -1),
    )


def _online_merchants(habits: Habits, category: Ints, rng: np.random.Generator) -> Ints:
    """Find merchants online, a third of them abroad, in risky countries more often."""
    shops, count = habits.shops, len(category)
    home = shops.find(np.full(count, shops.online), category, rng.random(count))
    abroad = shops.abroad_online.draw(category, rng.random(count))
    is_abroad: Flags = (rng.random(count) < 0.33) & (shops.number[shops.online + 1, category] > 0)
    return np.where(is_abroad, abroad, home)


def _merchants_on_the_street(habits: Habits, victim: Ints, category: Ints, rng: np.random.Generator) -> Ints:
    shops, count = habits.shops, len(category)
    visited = shops.cities + shops.visits.draw_one(rng.random(count))
    region = np.where(rng.random(count) < 0.35, visited, habits.people.home[victim])
    return shops.find(region, category, rng.random(count))
