"""Planted fraud against cardholders: tested cards, accounts taken over, stolen cards."""

from __future__ import annotations

import numpy as np

from dashboard.world.categories import CASH, CATEGORIES, METHOD_SHARES, METHODS, NAMES, TRANSFERS
from dashboard.world.draws import Choices, Flags, Floats, Ints
from dashboard.world.payments import ATM, BY_TRANSFER, KINDS, MOBILE, ONLINE, POS, Habits, Payments
from dashboard.world.people import CARDS
from dashboard.world.stage import Drawn, Setting, Steps, address_of, device_of
from models.transactions import PaymentMethod, TransactionType

NEW_TOOL = 0.4  # how often a fraudster takes other means for the next victim
_TAKEOVER_MEDIAN = 240.0
# What thieves learn over the range: smaller amounts, and the telephone instead of the browser.
DRIFT_OF_AMOUNTS = 0.55
DRIFT_TO_MOBILE = 2.2
# Where a stolen account is emptied: by category, in the order of CHANNELS.
_TAKEOVER = np.array(
    [
        np.array([0.55, 2.2, 2.4, 1.0, 0.25])
        * (np.array(category.channels) + 0.05 * (np.array(category.channels) > 0))
        for category in CATEGORIES
    ]
)
_TAKEOVER_LATER = _TAKEOVER * np.array([1.0, 1.0, DRIFT_TO_MOBILE, 1.0, 1.0])
_TAKEOVER_CHANNELS = Choices.of(np.vstack([_TAKEOVER, _TAKEOVER_LATER]))
_TAKEOVER_METHODS = Choices.of(
    np.array(METHOD_SHARES) * np.array([0.55, 1.25, 1.0, 2.6, 1.0, 0.2])  # in the order of METHODS
)
_IN_PERSON = Choices.of(
    [[category.takeover * category.channels[0] for category in CATEGORIES]]
)  # what a thief buys with a card that he holds
_KIND_OF = np.array([KINDS.index(one.kind) for one in CATEGORIES])
_TINY = np.array([50, 99, 100, 100, 149, 199, 200, 299, 499])


def test_cards(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """Many tiny payments online, some only verified; where the card works, the last one is for real."""
    habits, count = setting.habits, len(steps.episode)
    # A card tester does not know whom he robs.
    victim = rng.integers(0, habits.people.count, steps.count)[steps.episode]
    category = Choices.of([kind.testing for kind in CATEGORIES]).draw_one(rng.random(count))
    is_check = rng.random(count) < 0.14
    is_harvest = (steps.step == steps.size - 1) & (rng.random(count) < 0.55) & ~is_check
    category = np.where(is_harvest, NAMES.index("electronics"), category)
    large = np.round(100 * 190 * habits.bank.money * np.exp(rng.normal(0, 0.6, count))).astype(np.int64)
    cents = np.where(is_harvest, large, np.where(is_check, 0, rng.choice(_TINY, count)))
    tool = _means(steps, rng)
    kinds = KINDS.index(TransactionType.VERIFICATION), KINDS.index(TransactionType.PURCHASE)
    payments = Payments(
        customer=victim,
        local=steps.start + steps.since_start(rng.exponential(75, count) + 4),
        category=category,
        channel=np.full(count, ONLINE),
        method=Choices.of([0.2, 0.55, 0.0, 0.25, 0.0, 0.0]).draw_one(rng.random(count)),
        kind=np.where(is_check, *kinds),
        merchant=online_merchants(habits, category, rng),
        cents=cents,
        card=victim * CARDS,
        device=device_of(habits, tool),
        address=address_of(habits, tool, rng.integers(0, 4, count)),
    )
    return Drawn(payments, tool, _tools(tool))


def empty_accounts(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """A few large payments within hours, from a device that the customer never used."""
    habits, count = setting.habits, len(steps.episode)
    # A taken account is one that is used.
    victim = habits.people.activity.draw_one(rng.random(steps.count))[steps.episode]
    category = Choices.of([kind.takeover for kind in CATEGORIES]).draw_one(rng.random(count))
    is_later = rng.random(count) < steps.progress
    channel = _TAKEOVER_CHANNELS.draw(category + len(CATEGORIES) * is_later, rng.random(count))
    is_remote = (channel == ONLINE) | (channel == MOBILE)
    merchant = np.where(
        is_remote,
        online_merchants(habits, category, rng),
        street_merchants(habits, victim, category, rng),
    )
    tool = _means(steps, rng)
    payments = Payments(
        customer=victim,
        local=steps.start + steps.since_start(rng.exponential(2600, count) + 40),
        category=category,
        channel=channel,
        method=_takeover_methods(category, channel, rng),
        kind=_KIND_OF[category],
        merchant=merchant,
        cents=_takeover_cents(setting, steps, category, rng),
        card=victim * CARDS,
        device=np.where(channel == ATM, -1, device_of(habits, tool)),
        address=np.where(is_remote, address_of(habits, tool, rng.integers(0, 4, count)), -1),
    )
    return Drawn(payments, np.where(payments.device < 0, -1, tool), _tools(tool))


def _takeover_methods(category: Ints, channel: Ints, rng: np.random.Generator) -> Ints:
    method = _TAKEOVER_METHODS.draw(channel, rng.random(len(channel)))
    # In a shop the stolen account pays from the thief's own telephone.
    in_shop = (channel == POS) & (rng.random(len(channel)) < 0.5)
    method = np.where(in_shop, METHODS.index(PaymentMethod.WALLET), method)
    return np.where(category == TRANSFERS, BY_TRANSFER, method)


def _takeover_cents(setting: Setting, steps: Steps, category: Ints, rng: np.random.Generator) -> Ints:
    growing = 1 + 0.35 * steps.step / np.maximum(1, steps.size - 1)
    drifted = 1 - (1 - DRIFT_OF_AMOUNTS) * steps.progress
    median = _TAKEOVER_MEDIAN * 1.3 * setting.habits.bank.money * growing * drifted
    amount = median * np.exp(rng.normal(0, 0.75, len(category)))
    amount = np.where(category == CASH, np.maximum(50.0, np.round(amount / 50) * 50), amount)
    return np.maximum(100, np.round(amount * 100)).astype(np.int64)


def use_stolen_cards(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """Several payments in shops and at machines within a day, with the card itself, until it is blocked."""
    habits, count = setting.habits, len(steps.episode)
    victim = habits.people.activity.draw_one(rng.random(steps.count))[steps.episode]
    is_cash = rng.random(count) < 0.24
    category = np.where(is_cash, CASH, _IN_PERSON.draw_one(rng.random(count)))
    amount = 75 * habits.bank.money * np.exp(rng.normal(0, 0.7, count))
    amount = np.where(is_cash, np.maximum(50.0, np.round(2.2 * amount / 50) * 50), amount)
    # Cards are stolen at home and abroad; the thief stays where he is.
    is_far: Flags = (rng.random(steps.count) < 0.4)[steps.episode]
    other = rng.integers(0, habits.shops.cities, steps.count)[steps.episode]
    city = np.where(is_far, other, habits.people.home[victim])
    payments = Payments(
        customer=victim,
        local=steps.start + steps.since_start(rng.exponential(2400, count) + 180),
        category=category,
        channel=np.where(is_cash, ATM, POS),
        method=np.full(count, METHODS.index(PaymentMethod.DEBIT_CARD)),
        kind=_KIND_OF[category],
        merchant=habits.shops.find(city, category, rng.random(count)),
        cents=np.maximum(100, np.round(amount * 100)).astype(np.int64),
        card=victim * CARDS,
        device=np.full(count, -1),
        address=np.full(count, -1),
    )
    return Drawn(payments, np.full(count, -1))


def _means(steps: Steps, rng: np.random.Generator) -> Ints:
    """Number the fraudsters' means as time goes: some serve for one victim, some for several in turn."""
    tool: Ints = np.cumsum(rng.random(steps.count) < NEW_TOOL)
    numbered: Ints = tool[steps.episode]
    return numbered


def _tools(tool: Ints) -> int:
    return int(tool.max(initial=-1)) + 1


def online_merchants(habits: Habits, category: Ints, rng: np.random.Generator) -> Ints:
    """Find merchants online, a third of them abroad, in risky countries more often."""
    shops, count = habits.shops, len(category)
    home = shops.find(np.full(count, shops.online), category, rng.random(count))
    abroad = shops.abroad_online.draw(category, rng.random(count))
    is_abroad: Flags = (rng.random(count) < 0.33) & (shops.number[shops.online + 1, category] > 0)
    return np.where(is_abroad, abroad, home)


def street_merchants(habits: Habits, victim: Ints, category: Ints, rng: np.random.Generator) -> Ints:
    """Find shops near the victim's home, a third of them abroad."""
    shops, count = habits.shops, len(category)
    visited = shops.cities + shops.visits.draw_one(rng.random(count))
    unit: Floats = rng.random(count)
    region = np.where(unit < 0.35, visited, habits.people.home[victim])
    return shops.find(region, category, rng.random(count))
