"""How much of what towns used came back to recycling points, by town and year, against the target (H23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.intake.purchase_queries import bought_kg, bought_years
from app.registry.models import Material, MaterialUse
from yard_rules.purchases import recovery_least_permille, recovery_permille

_KG_PER_T = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What came back of a tariff's materials in a town and year; `town_id` is None of all towns together."""

    town_id: str | None
    used_kg: int
    bought_kg: int
    least_permille: int

    @property
    def permille(self) -> int | None:
        """None where nobody has entered what was used."""
        return recovery_permille(self.bought_kg, self.used_kg)

    @property
    def is_reached(self) -> bool | None:
        return None if self.permille is None else self.permille >= self.least_permille

    @property
    def missing_kg(self) -> int:
        """What has still to come back."""
        return max(0, -(-self.used_kg * self.least_permille // _KG_PER_T) - self.bought_kg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """The towns of a tariff in a year, and all of them together."""

    tariff: str
    towns: Sequence[Recovered]
    whole: Recovered


def recovery_of_year(session: Session, year: int, towns: Collection[str] | None) -> list[Recovery]:
    """Return for each tariff what these towns (None: all) used and what came back; none where nothing is known."""
    tariffs = {
        material_id: tariff
        for material_id, tariff in session.execute(select(Material.material_id, Material.tariff))
        if tariff is not None
    }
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    uses = session.execute(
        select(MaterialUse.town_id, MaterialUse.material_id, func.sum(MaterialUse.used_t))
        .where(MaterialUse.year == year, MaterialUse.withdrawn_at.is_(None))
        .group_by(MaterialUse.town_id, MaterialUse.material_id)
    )
    for town_id, material_id, used_t in uses:
        if material_id in tariffs:
            sums[tariffs[material_id], town_id][0] += round(_KG_PER_T * used_t)
    for (town_id, material_id), kg in bought_kg(session, year).items():
        if material_id in tariffs:
            sums[tariffs[material_id], town_id][1] += kg
    found = []
    for tariff in sorted({tariff for tariff, _town_id in sums}):
        least = recovery_least_permille(tariff, year)
        rows = [
            Recovered(town_id=town_id, used_kg=used, bought_kg=came_back, least_permille=least)
            for (of, town_id), (used, came_back) in sorted(sums.items())
            if of == tariff and (towns is None or town_id in towns)
        ]
        whole = Recovered(
            town_id=None,
            used_kg=sum(it.used_kg for it in rows),
            bought_kg=sum(it.bought_kg for it in rows),
            least_permille=least,
        )
        if rows:
            found.append(Recovery(tariff=tariff, towns=rows, whole=whole))
    return found


def recovery_years(session: Session) -> list[int]:
    """Return the years of which anything is known, newest first."""
    used = session.scalars(select(MaterialUse.year).where(MaterialUse.withdrawn_at.is_(None)).distinct())
    return sorted({*used, *bought_years(session)}, reverse=True)
