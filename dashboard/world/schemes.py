"""Planted fraud among accomplices: mule rings, merchants that bust out, and buyers who dispute their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.world.categories import METHODS, NAMES, TRANSFERS
from dashboard.world.draws import Flags, Floats, Ints, fixed_unit
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
    draw_genuine,
)
from dashboard.world.people import CARDS
from dashboard.world.stage import Drawn, Setting, Steps, address_of, device_of, own_address, own_device
from models.transactions import PaymentMethod, TransactionType

BUST_OUT_DAYS = 6.0
RING_DAYS = 4.0
_DEVICE, _ADDRESS = 0.5, 0.8
_REGRETTED = np.array(
    [NAMES.index(name) for name in ("digital goods", "fashion", "gaming", "travel", "electronics")]
)
_TRIES = 12
_MOST_MULES = 8


@dataclass(frozen=True)
class _Moves:
    """Who of a ring does what when, by payment: `is_in` it arrives, `is_cash` it is drawn, else sent on."""

    variant: Floats
    customer: Ints
    local: Ints
    amount: Floats
    is_in: Flags
    is_cash: Flags
    is_mobile: Flags

    @property
    def by_card(self) -> Flags:
        """Whether the ring pays with one stolen card instead of moving money."""
        is_by_card: Flags = self.variant >= _ADDRESS
        return is_by_card


def launder(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """Rings of mules: what comes in goes out within hours, by means that the mules share.

    Half of the rings share a telephone, a third an internet address; the others use one stolen card from
    several accounts, and buy goods that can be sold.
    """
    habits, count = setting.habits, len(steps.episode)
    moves = _moves(setting, steps, rng)
    by_card, is_sent = moves.by_card, ~moves.is_in & ~moves.is_cash
    goods = np.where(rng.random(count) < 0.5, NAMES.index("electronics"), NAMES.index("digital goods"))
    category = np.where(by_card, goods, np.where(moves.is_cash, NAMES.index("cash advance"), TRANSFERS))
    tool = np.where(is_sent, steps.episode, -1)
    theirs = device_of(habits, tool), address_of(habits, tool, rng.integers(0, 2, count))
    own = own_device(habits, moves.customer, moves.local, is_sent), own_address(moves.customer, is_sent)
    method = np.where(moves.is_cash, METHODS.index(PaymentMethod.DEBIT_CARD), BY_TRANSFER)
    owner = moves.customer[steps.first()][steps.episode] if count else moves.customer
    payments = Payments(
        customer=moves.customer,
        local=moves.local,
        category=category,
        channel=np.where(moves.is_cash, ATM, np.where(moves.is_mobile, MOBILE, ONLINE)),
        method=np.where(by_card, METHODS.index(PaymentMethod.CREDIT_CARD), method),
        kind=_kinds_of_ring(moves),
        merchant=_merchants_of_ring(habits, category, moves, rng),
        cents=np.maximum(100, np.round(moves.amount * 100)).astype(np.int64),
        card=np.where(by_card, owner, moves.customer) * CARDS,
        device=np.where(is_sent, np.where(moves.variant < _DEVICE, theirs[0], own[0]), -1),
        address=np.where(is_sent, np.where(moves.variant < _ADDRESS, theirs[1], own[1]), -1),
    )
    return Drawn(payments, tool, steps.count)


def _moves(setting: Setting, steps: Steps, rng: np.random.Generator) -> _Moves:
    """Draw the moves of rings: the members take turns, money in and money out."""
    bank = setting.habits.bank
    members = np.clip(steps.size // 4, 3, _MOST_MULES)
    member, turn = steps.step % members, steps.step // members

    def trait(*parts: Ints | int) -> Floats:
        return fixed_unit(steps.salt, steps.episode, *parts)

    variant = trait(1)
    is_in: Flags = (turn % 2 == 0) & (variant < _ADDRESS)
    is_cash: Flags = ~is_in & (variant < _ADDRESS) & (trait(3, member, turn) < 0.22)
    # What comes in and what goes out of it are a pair.
    begun = steps.start + (trait(4, member, turn // 2) * (RING_DAYS - 0.5) * DAY).astype(np.int64)
    later = (1200 + trait(5, member, turn) * 5 * 3600).astype(np.int64)
    came = np.round((350 + 1700 * trait(6, member, turn // 2) ** 2) * bank.money)
    went = np.round(came * (0.84 + 0.14 * trait(7, member, turn)))
    spent = (60 + 240 * rng.random(len(steps.episode))) * bank.money
    return _Moves(
        variant=variant,
        customer=(trait(2, member) * setting.habits.people.count).astype(np.int64),
        local=begun + np.where(is_in, 0, later),
        amount=np.where(variant >= _ADDRESS, spent, np.where(is_in, came, went)),
        is_in=is_in,
        is_cash=is_cash,
        is_mobile=trait(8, member) < 0.6,
    )


def _kinds_of_ring(moves: _Moves) -> Ints:
    cash, sent = KINDS.index(TransactionType.CASH_OUT), KINDS.index(TransactionType.TRANSFER)
    moved = np.where(moves.is_in, KINDS.index(TransactionType.CASH_IN), np.where(moves.is_cash, cash, sent))
    return np.where(moves.by_card, KINDS.index(TransactionType.PURCHASE), moved)


def _merchants_of_ring(habits: Habits, category: Ints, moves: _Moves, rng: np.random.Generator) -> Ints:
    shops, unit = habits.shops, rng.random(len(category))
    online = shops.find(np.full(len(category), shops.online), category, unit)
    near = shops.find(habits.people.home[moves.customer], category, unit)
    return np.where(moves.by_card, online, np.where(moves.is_cash, near, -1))


def bust_out(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """A little known merchant takes large sums from many cards within days, and is gone."""
    habits, count = setting.habits, len(steps.episode)
    shops = habits.shops
    sold = np.array([NAMES.index(name) for name in ("electronics", "home", "fashion", "travel")])
    category = rng.choice(sold, steps.count)
    is_online = rng.random(steps.count) < 0.5
    region = np.where(is_online, shops.online, rng.integers(0, shops.cities, steps.count))
    number = shops.number[region, category]
    # The last ones of the list are those that hardly anybody knows.
    merchant = shops.first[region, category] + number - 1 - rng.integers(0, np.maximum(1, number // 3))
    amount = 260 * habits.bank.money * np.exp(rng.normal(0, 0.45, count))
    customer = rng.integers(0, habits.people.count, count)
    days = fixed_unit(steps.salt, steps.episode, steps.step) ** 0.6 * BUST_OUT_DAYS
    payments = Payments(
        customer=customer,
        local=_in_opening_hours(steps.start + (days * DAY).astype(np.int64)),
        category=category[steps.episode],
        channel=np.where(is_online, ONLINE, POS)[steps.episode],
        method=np.where(rng.random(count) < 0.7, METHODS.index(PaymentMethod.CREDIT_CARD), 0),
        kind=np.full(count, KINDS.index(TransactionType.PURCHASE)),
        merchant=merchant[steps.episode],
        cents=np.maximum(100, np.round(amount) * 100 - 1).astype(np.int64),
        card=customer * CARDS,
        # The merchant keys the cards in: there is no device of a buyer.
        device=np.full(count, -1),
        address=np.full(count, -1),
    )
    return Drawn(payments, np.full(count, -1))


def _in_opening_hours(local: Ints) -> Ints:
    """Move what falls into the night to the same day's opening hours."""
    return np.where(local % DAY < 8 * 3600, local + 8 * 3600, local)


def dispute_own(setting: Setting, steps: Steps, rng: np.random.Generator) -> Drawn:
    """Genuine purchases from afar, which the buyer disputes weeks later: nothing about them is odd."""
    habits, dates = setting.habits, setting.dates
    count = len(steps.episode)
    day = np.repeat(steps.start // DAY - dates.day[0], _TRIES)
    tried = draw_genuine(habits, dates_at(dates, day), rng)
    is_fit = (
        np.isin(tried.category, _REGRETTED)
        & ((tried.channel == ONLINE) | (tried.channel == MOBILE))
        & (tried.kind == KINDS.index(TransactionType.PURCHASE))
    )
    best = np.argmax(is_fit.reshape(count, _TRIES), axis=1) if count else np.zeros(0, dtype=np.int64)
    return Drawn(tried.take(np.arange(count) * _TRIES + best), np.full(count, -1))


def dates_at(dates: Dates, day: Ints) -> Dates:
    """Return the calendar of payments on these days of the range."""
    return Dates(dates.day[day], dates.progress[day], dates.kind[day], dates.month[day], dates.of_month[day])
