"""The ranking query of matching.md §8: integers only, the same text and the same list on both databases."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, bindparam, text
from sqlalchemy.orm import Session

# CROSS JOIN keeps the join order on SQLite; `/` truncates on both databases because every operand is an integer.
RANKING = text(
    """
    SELECT account_id, score, place, people FROM (
      SELECT account_id, SUM(w * q) * 100 / :total_weight AS score,
             RANK() OVER (ORDER BY SUM(w * q) * 100 / :total_weight DESC) AS place, COUNT(*) OVER () AS people
      FROM (SELECT cs.account_id, r.position,
                   (CASE WHEN r.essential THEN 2 ELSE 1 END) * COALESCE(sw.idf_centi, :default_idf) AS w,
                   MAX(nr.pi_milli * (CASE WHEN cs.ev_milli >= 1000 * r.tier THEN 1000 ELSE cs.ev_milli / r.tier END)
                       / 1000) AS q
            FROM offer_requirement r
            LEFT JOIN skill_weight sw ON sw.release_id = :release AND sw.skill_id = r.skill_id
            CROSS JOIN skill_near nr
            CROSS JOIN candidate_skill cs
            WHERE r.offer_id = :offer AND nr.release_id = :release AND nr.skill_id = r.skill_id
              AND cs.skill_id = nr.near_id AND (NOT r.exact OR nr.near_id = r.skill_id)
              AND cs.account_id NOT IN :excluded
            GROUP BY cs.account_id, r.position, r.essential, sw.idf_centi) AS best
      GROUP BY account_id) AS ranked
    WHERE place <= :places ORDER BY place, account_id
    """
).bindparams(
    bindparam(
        "excluded", type_=Integer, expanding=True, literal_execute=True
    )  # written out: more than a driver may bind
)


@dataclass(frozen=True)
class Ranked:
    """One person's score and place; `people` is how many were ranked in all."""

    account_id: int
    score: int
    place: int
    people: int


def ranked_people(
    session: Session,
    *,
    offer_id: int,
    release_id: int,
    total_weight: int,
    default_idf: int,
    excluded: Collection[int],
    places: int,
) -> Sequence[Ranked]:
    """The visible people in the first `places` places, ties kept, without the accounts `excluded`."""
    rows = session.execute(
        RANKING,
        {
            "offer": offer_id,
            "release": release_id,
            "total_weight": total_weight,
            "default_idf": default_idf,
            "excluded": list(excluded),
            "places": places,
        },
    )
    return [Ranked(int(row[0]), int(row[1]), int(row[2]), int(row[3])) for row in rows]
