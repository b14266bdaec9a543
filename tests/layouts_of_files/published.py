"""Files in the published form of each layout, headers and traps included, made from a seed."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

ROWS = 1_200


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def cents(rng: random.Random, most: int = 50_000) -> str:
    return f"{rng.randrange(1, most) / 100:.2f}"


def handbook(folder: Path, rng: random.Random) -> Path:
    """Zero amounts occur, and three scenarios of fraud."""
    header = (
        "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,TX_FRAUD,"
        "TX_FRAUD_SCENARIO"
    )
    start = datetime(2018, 4, 1)  # noqa: DTZ001 - as the file has it: the clock of nowhere
    rows = []
    for number in range(ROWS):
        second = number * 437 + rng.randrange(400)
        scenario = rng.choice((1, 2, 3)) if rng.random() < 0.03 else 0
        amount = "0.0" if number % 97 == 0 else cents(rng)
        at = start + timedelta(seconds=second)
        rows.append(
            (
                number,
                at,
                rng.randrange(300),
                rng.randrange(90),
                amount,
                second,
                second // 86_400,
                int(scenario > 0),
                scenario,
            )
        )
    return write(folder / "handbook.csv", header.split(","), rows)


def paysim(folder: Path, rng: random.Random) -> Path:
    """Hours from a base date, merchants by the letter M, and amounts of nothing."""
    header = (
        "step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,newbalanceDest,"
        "isFraud,isFlaggedFraud"
    )
    rows = []
    for number in range(ROWS):
        kind = rng.choice(("PAYMENT", "TRANSFER", "CASH_OUT", "CASH_IN", "DEBIT"))
        other = f"M{rng.randrange(10**9)}" if kind == "PAYMENT" else f"C{rng.randrange(10**9)}"
        amount = "0.0" if number % 101 == 0 else cents(rng, 10**8)
        fraud = int(kind in {"TRANSFER", "CASH_OUT"} and rng.random() < 0.1)
        before = cents(rng)
        payer = f"C{rng.randrange(10**9)}"
        rows.append((1 + number // 3, kind, amount, payer, before, before, other, "0.0", "0.0", fraud, 0))
    return write(folder / "paysim.csv", header.split(","), rows)


def banksim(folder: Path, rng: random.Random) -> Path:
    """Every text in single quotes, inside of which nothing is quoted."""
    lines = ["step,customer,age,gender,zipcodeOri,merchant,zipMerchant,category,amount,fraud"]
    kinds = ("es_transportation", "es_health", "es_food", "es_otherservices", "es_barsandrestaurants")
    for number in range(ROWS):
        texts = (
            f"C{rng.randrange(400)}", str(rng.randrange(7)), rng.choice("MFEU"), "28007",
            f"M{rng.randrange(50)}", "28007", rng.choice(kinds),
        )  # fmt: skip
        quoted = ",".join(f"'{word}'" for word in texts)
        amount = "0" if number % 211 == 0 else cents(rng)
        lines.append(f"{number // 40},{quoted},{amount},{int(rng.random() < 0.02)}")
    path = folder / "banksim.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def ulb(folder: Path, rng: random.Random) -> Path:
    """No ids, whole rows that repeat, amounts of nothing, and the class in quotes as published."""
    components = [f"V{number}" for number in range(1, 29)]
    header = ",".join(f'"{name}"' for name in ("Time", *components, "Amount", "Class"))
    lines = [header]
    for number in range(ROWS):
        values = ",".join(f"{rng.gauss(0, 1):.12f}" for _ in components)
        amount = "0" if number % 89 == 0 else cents(rng)
        line = f'{number * 70},{values},{amount},"{int(rng.random() < 0.02)}"'
        lines += [line, line] if number % 50 == 7 else [line]
    path = folder / "ulb.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def ieee_cis(folder: Path, rng: random.Random) -> Path:
    """394 columns, most of them empty; amounts with three decimals; no merchants."""
    header = [
        "TransactionID", "isFraud", "TransactionDT", "TransactionAmt", "ProductCD",
        *(f"card{number}" for number in range(1, 7)), "addr1", "addr2", "dist1", "dist2",
        "P_emaildomain", "R_emaildomain", *(f"C{number}" for number in range(1, 15)),
        *(f"D{number}" for number in range(1, 16)), *(f"M{number}" for number in range(1, 10)),
        *(f"V{number}" for number in range(1, 340)),
    ]  # fmt: skip
    assert len(header) == 394
    rows = []
    for number in range(ROWS):
        card = (rng.randrange(1_000, 18_000), rng.choice(("", "360.0")), "150.0",
                rng.choice(("visa", "discover")),
                "142.0", rng.choice(("credit", "debit", "charge card", "debit or credit", "")))  # fmt: skip
        amount = f"{rng.randrange(1, 10**6) / 1000:.3f}"
        given = (
            2_987_000 + number,
            int(rng.random() < 0.03),
            86_400 + number * 61,
            amount,
            rng.choice("WCRHS"),
            *card,
        )
        rows.append((*given, rng.choice(("315.0", "")), "87.0", *([""] * (394 - 13))))
    return write(folder / "ieee_cis.csv", header, rows)


def tabformer(folder: Path, rng: random.Random) -> Path:
    """Times over four columns, dollars with their sign, refunds, negative merchants, zips as fractions."""
    header = (
        "User,Card,Year,Month,Day,Time,Amount,Use Chip,Merchant Name,Merchant City,Merchant State,Zip,MCC,"
        "Errors?,Is Fraud?"
    )
    rows = []
    shops = [rng.randrange(-(2**63), 2**63) for _ in range(60)]
    places = (
        ("ONLINE", "", ""),
        ("La Verne", "CA", "91750.0"),
        ("Boston", "MA", "2101.0"),
        ("Rome", "Italy", ""),
    )
    for number in range(ROWS):
        at = datetime(2019, 2, 27) + timedelta(minutes=number * 13)  # noqa: DTZ001 - as the file has it
        city, state, code = rng.choice(places)
        how = (
            "Online Transaction"
            if city == "ONLINE"
            else rng.choice(("Swipe Transaction", "Chip Transaction"))
        )
        amount = "$-99.00" if number % 40 == 3 else f"${cents(rng)}"
        rows.append(
            (rng.randrange(200), rng.randrange(3), at.year, at.month, at.day, f"{at:%H:%M}", amount, how,
             rng.choice(shops), city, state, code, rng.choice((5300, 5411, 5812)),
             rng.choice(("", "", "Insufficient Balance", "Bad PIN,Technical Glitch")),
             rng.choice(("No", "No", "No", "Yes")))
        )  # fmt: skip
    return write(folder / "tabformer.csv", header.split(","), rows)
