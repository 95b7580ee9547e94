"""Écrit ascenseurs.fr.csv et lifts.en.csv. / Writes ascenseurs.fr.csv and lifts.en.csv.

Commande, dans ce dossier / command, from this folder: python3 fabrique.py
Python 3.11, bibliothèque standard / standard library. Graine / seed: 2031.
Seul `Random.random()` est appelé : la documentation promet qu'il redonne les mêmes nombres.
`Random.random()` alone is called: the documentation promises that it gives the same numbers again.
"""

# ruff: noqa: TID251, S311
import math
import random
from datetime import date, timedelta
from pathlib import Path

SEED = 2031
FIRST_DAY = date(2024, 4, 1)  # year one: 1 April 2024 to 31 March 2025; year two follows
YEAR = 365
CHANGE = (date(2025, 7, 28) - FIRST_DAY).days  # Monday of week 31: from then on 0.5 h is enough
SEASON = CHANGE - YEAR  # 118 days from 1 April to 27 July

# first day, number of days, stops of 2 h or more, of 0.5 to 1.9 h, of 0.1 to 0.4 h
STRETCHES = [
    (0, SEASON, 124, 26, 28),
    (SEASON, YEAR - SEASON, 256, 54, 60),
    (YEAR, SEASON, 130, 26, 30),
    (CHANGE, 2 * YEAR - CHANGE, 269, 55, 62),
]
# band of the stop, year, after the change or not (None: either), copies alike, copies from the other desk
COPIES = [
    ("long", 1, None, 14, 6),
    ("long", 2, None, 11, 22),
    ("middle", 2, True, 1, 4),
    ("middle", 1, None, 2, 2),
    ("middle", 2, False, 1, 1),
    ("short", 1, None, 3, 3),
    ("short", 2, None, 4, 6),
]
FRENCH = {
    "file": "ascenseurs.fr.csv",
    "header": ["ordre", "date", "poste", "ascenseur", "quartier", "cause", "arret_h", "classement"],
    "separator": ";",
    "decimal": ",",
    "desks": ["astreinte", "télésurveillance"],
    "letter": "A",
    "districts": ["Port", "Gare", "Terrasses", "Haut-Bourg"],
    "causes": ["porte", "commande", "traction", "cabine", "courant"],
    "classes": ["incident", "panne"],
}
BRITISH = {
    "file": "lifts.en.csv",
    "header": ["order", "date", "desk", "lift", "district", "cause", "stopped_h", "class"],
    "separator": ",",
    "decimal": ".",
    "desks": ["on-call", "monitoring"],
    "letter": "L",
    "districts": ["Harbour", "Station", "Terraces", "Upper Town"],
    "causes": ["doors", "controls", "drive", "car", "power"],
    "classes": ["incident", "breakdown"],
}


def stops(chance):
    """The 1,120 stops, in order of day, each with its order number. Durations are in tenths of an hour."""

    def below(limit):
        return int(chance.random() * limit)

    found = []
    for first, days, longs, middles, shorts in STRETCHES:
        for band, count in [("long", longs), ("middle", middles), ("short", shorts)]:
            for _ in range(count):
                tenths = {
                    "long": lambda: min(720, 20 + int(-math.log(1 - chance.random()) * 50)),
                    "middle": lambda: 5 + below(15),
                    "short": lambda: 1 + below(4),
                }[band]()
                found.append(
                    {
                        "day": first + below(days),
                        "tie": chance.random(),
                        "band": band,
                        "tenths": tenths,
                        "desk": int(chance.random() < 0.4),
                        "lift": below(24),
                        "cause": int(chance.random() ** 1.6 * 5),
                    }
                )
    found.sort(key=lambda stop: (stop["day"], stop["tie"]))
    for place, stop in enumerate(found):
        stop["order"] = 4001 + place
    return found


def with_copies(chance, found):
    """The 1,200 rows in the order in which they were entered: a copy comes 1 to 12 rows after its original."""
    rows = [(place, 0, stop) for place, stop in enumerate(found)]
    for band, year, after, alike, other in COPIES:
        able = [
            (chance.random(), place)
            for place, stop in enumerate(found)
            if stop["band"] == band
            and (stop["day"] >= YEAR) == (year == 2)
            and (after is None or (stop["day"] >= CHANGE) == after)
        ]
        able.sort()
        for rank, (_, place) in enumerate(able[: alike + other]):
            copy = dict(found[place])
            if rank >= alike:
                copy["desk"] = 1 - copy["desk"]
            rows.append((place + 1 + int(chance.random() * 12), 1, copy))
    rows.sort(key=lambda row: (row[0], row[1], row[2]["order"]))
    return [stop for _, _, stop in rows]


def line(stop, words):
    day = FIRST_DAY + timedelta(stop["day"])
    needed = 20 if stop["day"] < CHANGE else 5
    cells = [
        str(stop["order"]),
        day.strftime(["%d/%m/%Y", "%m/%d/%Y"][stop["desk"]]),
        words["desks"][stop["desk"]],
        f"{words['letter']}{stop['lift'] + 1:02d}",
        words["districts"][stop["lift"] // 6],
        words["causes"][stop["cause"]],
        f"{stop['tenths'] // 10}{words['decimal']}{stop['tenths'] % 10}",
        words["classes"][int(stop["tenths"] >= needed)],
    ]
    return words["separator"].join(cells)


def texts():
    """The text of each file, by name."""
    chance = random.Random(SEED)
    rows = with_copies(chance, stops(chance))
    return {
        words["file"]: "\n".join([words["separator"].join(words["header"])] + [line(row, words) for row in rows]) + "\n"
        for words in [FRENCH, BRITISH]
    }


if __name__ == "__main__":
    for name, text in texts().items():
        Path(__file__).with_name(name).write_text(text, encoding="utf-8", newline="\n")
