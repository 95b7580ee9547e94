"""Solution de référence du défi « Le chiffre qui dérange » / Reference solution of “The awkward figure”.

Commande / command: python3 solution.py ascenseurs.fr.csv
               ou / or: python3 solution.py lifts.en.csv
Python 3.11, bibliothèque standard / standard library. Le fichier lu n'est jamais modifié / the input is never changed.
Écrit dans le dossier courant / writes in the current folder: solution-exclusions.csv, solution.svg.
"""

# ruff: noqa: T201
import csv
import sys
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

FIELDS = ["order", "date", "desk", "lift", "district", "cause", "hours", "class"]
FORMATS = {
    "astreinte": "%d/%m/%Y",
    "télésurveillance": "%m/%d/%Y",
    "on-call": "%d/%m/%Y",
    "monitoring": "%m/%d/%Y",
}
BREAKDOWN = {"panne", "breakdown"}
YEARS = {1: (date(2024, 4, 1), date(2025, 3, 31)), 2: (date(2025, 4, 1), date(2026, 3, 31))}
CHANGE = date.fromisocalendar(2025, 31, 1)  # 28 July 2025
OLD, NEW = 2.0, 0.5  # hours
WORDS = {
    "fr": {
        "title": "Pannes d'ascenseur, d'avril à mars",
        "register": "Lignes classées « panne » dans le registre",
        "steady": "Arrêts de 2 h ou plus, comptés une fois",
        "years": ["2024-2025", "2025-2026"],
        "gap": "Écart entre les deux années : {} lignes, soit",
        "parts": "{} nouvelle règle, {} doublons, {} pannes.",
        "log": ["ligne", "ordre", "motif"],
        "reasons": ["ligne répétée à l'identique", "arrêt saisi aussi par l'autre poste"],
    },
    "en": {
        "title": "Lift breakdowns, April to March",
        "register": "Rows classed “breakdown” in the register",
        "steady": "Stops of 2 h or more, counted once",
        "years": ["2024–25", "2025–26"],
        "gap": "Gap between the two years: {} rows, made of",
        "parts": "{} new rule, {} duplicates, {} breakdowns.",
        "log": ["row", "order", "reason"],
        "reasons": ["row repeated unchanged", "stop also entered by the other desk"],
    },
}


def read(path):
    """The rows, each with its place in the file, its real date and its duration in hours."""
    with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123
        separator = ";" if ";" in file.readline() else ","
        file.seek(0)
        cells = list(csv.reader(file, delimiter=separator))[1:]
    rows = []
    for place, values in enumerate(cells, start=2):
        row = dict(zip(FIELDS, values, strict=True))
        row["place"] = place
        row["day"] = datetime.strptime(row["date"], FORMATS[row["desk"]]).date()  # noqa: DTZ007
        row["hours"] = float(row["hours"].replace(",", "."))
        row["broken"] = row["class"] in BREAKDOWN
        rows.append(row)
    return rows


def check_dates(rows):
    """The desk says how the date is written: no thirteenth month (`read` would have stopped), and two more proofs."""
    in_order = sorted(rows, key=lambda row: row["order"])
    assert all(before["day"] <= after["day"] for before, after in pairwise(in_order))
    assert all(YEARS[1][0] <= row["day"] <= YEARS[2][1] for row in rows)


def once(rows):
    """The first row of each order number, and the others with the reason why they are left out."""
    first = {}
    left_out = []
    for row in rows:
        if row["order"] in first:
            left_out.append((row, int(row["desk"] != first[row["order"]]["desk"])))
        else:
            first[row["order"]] = row
    return list(first.values()), left_out


def per_year(rows, counts):
    """How many rows of each contract year answer yes to `counts`."""
    return tuple(sum(counts(row) and start <= row["day"] <= end for row in rows) for start, end in YEARS.values())


def growth(pair):
    return (pair[1] / pair[0] - 1) * 100


def registered(row):
    return row["broken"]


def by_old(row):
    return row["hours"] >= OLD


def by_new(row):
    return row["hours"] >= NEW


def change_in_the_data(rows):
    """Last day on which a stop of 0.5 h to under 2 h is an incident, first day on which one is a breakdown."""
    between = [row for row in rows if NEW <= row["hours"] < OLD]
    return max(row["day"] for row in between if not row["broken"]), min(row["day"] for row in between if row["broken"])


def parts_of_the_gap(rows, kept):
    """What the rows added from one year to the next are made of: new definition, repeats, breakdowns."""
    register, labelled, steady = per_year(rows, registered), per_year(kept, registered), per_year(kept, by_old)
    breakdowns = steady[1] - steady[0]
    repeats = (register[1] - labelled[1]) - (register[0] - labelled[0])
    return register[1] - register[0] - repeats - breakdowns, repeats, breakdowns


def chart(groups, parts, words):
    """Four bars from zero: 0.4 unit of the drawing for one row, in both groups."""
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 262" font-family="sans-serif" font-size="14">']
    lines.append(f"<title>{words['title']}</title>")
    lines.append(f'<text x="10" y="22" font-weight="bold">{words["title"]}</text>')
    y = 50
    for name, pair in groups:
        lines.append(f'<text x="10" y="{y}">{name}</text>')
        for year, count in zip(words["years"], pair, strict=True):
            y += 26
            lines.append(f'<text x="10" y="{y}">{year}</text>')
            lines.append(f'<rect x="100" y="{y - 15}" width="{count * 0.4:.1f}" height="20" fill="#888"/>')
            lines.append(f'<text x="{106 + count * 0.4:.1f}" y="{y}">{count}</text>')
        y += 38
    lines.append(f'<text x="10" y="{y}">{words["gap"].format(sum(parts))}</text>')
    lines.append(f'<text x="10" y="{y + 20}">{words["parts"].format(*parts)}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def main(path):
    rows = read(path)
    check_dates(rows)
    kept, left_out = once(rows)
    assert len(kept) + len(left_out) == len(rows)
    words = WORDS["en" if rows[0]["desk"] in {"on-call", "monitoring"} else "fr"]
    readings = [
        ("register", rows, registered),
        ("once", kept, registered),
        ("2 h", kept, by_old),
        ("0.5 h", kept, by_new),
    ]
    print("rows", len(rows), "kept", len(kept), "left out", len(left_out))
    for name, counted, rule in readings:
        pair = per_year(counted, rule)
        print(name, *pair, f"{growth(pair):+.1f} %")
    print("change", *change_in_the_data(rows))
    print("gap", *parts_of_the_gap(rows, kept))
    with open("solution-exclusions.csv", "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
        writer = csv.writer(file, delimiter=";" if words is WORDS["fr"] else ",", lineterminator="\n")
        writer.writerow(words["log"])
        writer.writerows([row["place"], row["order"], words["reasons"][why]] for row, why in left_out)
    groups = [(words["register"], per_year(rows, registered)), (words["steady"], per_year(kept, by_old))]
    Path("solution.svg").write_text(chart(groups, parts_of_the_gap(rows, kept), words), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1])
