"""How every field stands at the end of every day of the season, by the plan where it plans, else by the programme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.dispatch.models import PLAN, PROGRAMME, PlanBalerStop, PlanOpening, PlanSeasonRow, PlanVersion
from app.dispatch.season_models import Season, SeasonField

Floats = npt.NDArray[np.float64]
# Below this a field counts as empty, as in unserved.csv.
NOTHING_LEFT_T = 0.01
DRYING_DAYS = 3
GROWING, DRYING, READY, BALED, COLLECTED, LATE = "g", "d", "r", "b", "c", "l"


@dataclass(frozen=True, slots=True, eq=False)
class FieldTimeline:
    """Fields in county order by days of the season, tonnes at the end of the day.

    `left_t`: (fields, days) straw not yet taken away; `lying_t`: (fields, days) the part of it that lies baled;
    `baled_t`: (days,) tonnes baled on the day; `states`: one letter per field, by day.
    """

    field_ids: tuple[str, ...]
    first_day: date
    left_t: Floats
    lying_t: Floats
    baled_t: Floats
    states: tuple[str, ...]

    def index(self, day: date) -> int:
        """Column of the day."""
        return (day - self.first_day).days


def field_timeline(session: Session, season: Season, version: PlanVersion) -> FieldTimeline:
    """Return the timeline of this plan version."""
    fields = session.execute(
        select(
            SeasonField.field_id,
            SeasonField.dry_straw_t,
            SeasonField.already_baled_t,
            SeasonField.ready_date,
            SeasonField.clear_by,
        )
        .where(SeasonField.season_id == season.id)
        .order_by(SeasonField.id)
    ).all()
    days = (season.season_end - season.season_start).days + 1
    row_of = {f.field_id: i for i, f in enumerate(fields)}
    straw_t = np.array([f.dry_straw_t for f in fields], dtype=np.float64)
    already_t = np.array([f.already_baled_t for f in fields], dtype=np.float64)
    source = PLAN if version.programme_summary is None else PROGRAMME
    baled, hauled = _season_row_masses(session, season, version, source, row_of, days)
    left_t = straw_t[:, None] - hauled.cumsum(axis=1)
    lying_t = already_t[:, None] + baled.cumsum(axis=1) - hauled.cumsum(axis=1)
    baled_t = baled.sum(axis=0)
    planned = slice((version.first_day - season.season_start).days, (version.last_day - season.season_start).days + 1)
    left_t[:, planned], lying_t[:, planned], baled_t[planned] = _planned(
        session, season, version, row_of, days, planned
    )
    left_t, lying_t = np.maximum(left_t, 0.0), np.maximum(lying_t, 0.0)
    return FieldTimeline(
        field_ids=tuple(row_of),
        first_day=season.season_start,
        left_t=left_t,
        lying_t=lying_t,
        baled_t=baled_t,
        states=_states(
            left_t,
            lying_t,
            ready=_days_after(season.season_start, [f.ready_date for f in fields]),
            clear_by=_days_after(season.season_start, [f.clear_by for f in fields]),
        ),
    )


def _season_row_masses(
    session: Session, season: Season, version: PlanVersion, source: str, row_of: Mapping[str, int], days: int
) -> tuple[Floats, Floats]:
    """Tonnes baled and hauled by (field, day), by the season rows of one source."""
    baled, hauled = np.zeros((len(row_of), days)), np.zeros((len(row_of), days))
    found = session.execute(
        select(PlanSeasonRow.field_id, PlanSeasonRow.bale_date, PlanSeasonRow.haul_date, PlanSeasonRow.dry_t).where(
            PlanSeasonRow.plan_id == version.id, PlanSeasonRow.source == source
        )
    ).all()
    _add(hauled, row_of, season.season_start, ((r.field_id, r.haul_date, r.dry_t) for r in found))
    _add(
        baled,
        row_of,
        season.season_start,
        ((r.field_id, r.bale_date, r.dry_t) for r in found if r.bale_date is not None),
    )
    return baled, hauled


def _planned(
    session: Session, season: Season, version: PlanVersion, row_of: Mapping[str, int], days: int, planned: slice
) -> tuple[Floats, Floats, Floats]:
    """`left_t`, `lying_t` and `baled_t` of the planned days, from how the fields stood on the plan's first morning."""
    openings = session.execute(
        select(PlanOpening.field_id, PlanOpening.area_mu, PlanOpening.dry_straw_t, PlanOpening.already_baled_t).where(
            PlanOpening.plan_id == version.id
        )
    ).all()
    straw_t, already_t, t_per_mu = np.zeros(len(row_of)), np.zeros(len(row_of)), np.zeros(len(row_of))
    for opening in openings:
        row = row_of[opening.field_id]
        straw_t[row], already_t[row] = opening.dry_straw_t, opening.already_baled_t
        if opening.area_mu > 0:
            t_per_mu[row] = (opening.dry_straw_t - opening.already_baled_t) / opening.area_mu
    _, hauled = _season_row_masses(session, season, version, PLAN, row_of, days)
    stops = session.execute(
        select(PlanBalerStop.field_id, PlanBalerStop.day, PlanBalerStop.area_mu).where(
            PlanBalerStop.plan_id == version.id
        )
    ).all()
    baled = np.zeros((len(row_of), days))
    _add(baled, row_of, season.season_start, ((s.field_id, s.day, s.area_mu) for s in stops))
    baled *= t_per_mu[:, None]
    hauled_so_far = hauled[:, planned].cumsum(axis=1)
    left_t = straw_t[:, None] - hauled_so_far
    lying_t = already_t[:, None] + baled[:, planned].cumsum(axis=1) - hauled_so_far
    return left_t, lying_t, baled[:, planned].sum(axis=0)


def _add(
    masses: Floats, row_of: Mapping[str, int], first_day: date, entries: Iterable[tuple[str, date, float]]
) -> None:
    """Add each (field, day, amount) to its cell; days outside the season are not shown."""
    cells = [(row_of[field_id], (day - first_day).days, amount) for field_id, day, amount in entries]
    if not cells:
        return
    rows, columns, amounts = (np.array(column) for column in zip(*cells, strict=True))
    inside = (columns >= 0) & (columns < masses.shape[1])
    np.add.at(masses, (rows[inside], columns[inside]), amounts[inside])


def _days_after(first_day: date, dates: Sequence[date]) -> npt.NDArray[np.int64]:
    return np.array([(day - first_day) // timedelta(days=1) for day in dates], dtype=np.int64)


def _states(
    left_t: Floats, lying_t: Floats, *, ready: npt.NDArray[np.int64], clear_by: npt.NDArray[np.int64]
) -> tuple[str, ...]:
    day = np.arange(left_t.shape[1])[None, :]
    letters = np.select(
        [
            left_t <= NOTHING_LEFT_T,
            day > clear_by[:, None],
            lying_t > NOTHING_LEFT_T,
            day >= ready[:, None],
            day >= ready[:, None] - DRYING_DAYS,
        ],
        [COLLECTED, LATE, BALED, READY, DRYING],
        default=GROWING,
    )
    return tuple("".join(column) for column in letters.T.tolist())
