"""What needs doing now, from what is stored: nothing is said of what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account, account_roles
from app.accounts.scope import Scope
from app.dispatch.day_answers import busiest_day
from app.dispatch.models import PlanHaul, PlanStock, PlanTruckDay, PlanUnserved, PlanVersion
from app.dispatch.queries import current_plan, current_season
from app.dispatch.season_models import Season, SeasonPlant, SeasonYard
from app.errors import NO_PLAN, NO_SEASON, Refusal
from app.intake.ticket_lists import Mark, TicketFilters, ticket_count

# A yard is shown as nearly full from here, as on the day's map; a plant as short below this many days of stock.
NEARLY_FULL_SHARE = 0.9
SHORT_COVER_DAYS = 1.0


class PlanState(StrEnum):
    NO_COUNTY = "no county"
    NO_PLAN = "no plan"
    AHEAD = "ahead"  # a day from today on is planned in detail
    OVER = "over"  # all days that are planned in detail lie behind


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTasks:
    """What somebody who reads plans wants to know first; `day` is the next planned one, else that with most work."""

    state: PlanState
    season: Season | None = None
    first_day: date | None = None
    last_day: date | None = None
    imported_at: datetime | None = None
    day: date | None = None
    hauled_t: float = 0.0
    hauls: int = 0
    trucks: int = 0
    unserved_t: float = 0.0
    unserved_fields: int = 0
    full_yards: tuple[str, ...] = ()
    short_plants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleTasks:
    """What an administrator wants to know first of the accounts."""

    open: int
    closed: int
    demo: int
    without_role: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTasks:
    """Tickets that wait for somebody: weighed in and never out, or to be voided."""

    forgotten: int
    void_asked: int


def gate_tasks(session: Session, scope: Scope | None) -> GateTasks:
    """Return what waits at the gates of whoever asks."""
    return GateTasks(
        forgotten=ticket_count(session, scope, TicketFilters(mark=Mark.FORGOTTEN)),
        void_asked=ticket_count(session, scope, TicketFilters(mark=Mark.VOID_ASKED)),
    )


def plan_tasks(session: Session, today: date) -> PlanTasks:
    """Return what the plan asks for, seen from `today`."""
    try:
        season = current_season(session)
    except Refusal as refusal:
        if refusal.kind is not NO_SEASON:
            raise
        return PlanTasks(state=PlanState.NO_COUNTY)
    try:
        version = current_plan(session, season)
    except Refusal as refusal:
        if refusal.kind is not NO_PLAN:
            raise
        return PlanTasks(state=PlanState.NO_PLAN, season=season)
    day = next_planned_day(session, version, today)
    shown = day or busiest_day(session, season, version)
    unserved_t, unserved_fields = session.execute(
        select(func.coalesce(func.sum(PlanUnserved.dry_t), 0.0), func.count()).where(PlanUnserved.plan_id == version.id)
    ).one()
    return PlanTasks(
        state=PlanState.OVER if day is None else PlanState.AHEAD,
        season=season,
        first_day=version.first_day,
        last_day=version.last_day,
        imported_at=version.imported_at,
        day=shown,
        unserved_t=unserved_t,
        unserved_fields=unserved_fields,
        full_yards=_full_yards(session, season, version, shown),
        short_plants=_short_plants(session, season, version, shown),
        **_work(session, version, shown),
    )


def next_planned_day(session: Session, version: PlanVersion, today: date) -> date | None:
    """Return the first day from today on with hauls in the plan."""
    return session.scalar(select(func.min(PlanHaul.day)).where(PlanHaul.plan_id == version.id, PlanHaul.day >= today))


def people_tasks(session: Session) -> PeopleTasks:
    """Return how the accounts stand."""

    def count(*conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(Account).where(*conditions)) or 0

    has_role = select(account_roles.c.role_id).where(account_roles.c.account_id == Account.id).exists()
    return PeopleTasks(
        open=count(Account.active),
        closed=count(~Account.active),
        demo=count(Account.active, Account.is_demo),
        without_role=count(Account.active, ~has_role),
    )


def _work(session: Session, version: PlanVersion, day: date) -> dict[str, Any]:
    hauled_t, hauls = session.execute(
        select(func.coalesce(func.sum(PlanHaul.dry_t), 0.0), func.count()).where(
            PlanHaul.plan_id == version.id, PlanHaul.day == day
        )
    ).one()
    trucks = session.scalar(
        select(func.count())
        .select_from(PlanTruckDay)
        .where(PlanTruckDay.plan_id == version.id, PlanTruckDay.day == day)
    )
    return {"hauled_t": hauled_t, "hauls": hauls, "trucks": trucks or 0}


def _full_yards(session: Session, season: Season, version: PlanVersion, day: date) -> tuple[str, ...]:
    """Names of the yards that are nearly full on the evening of the day."""
    found = session.scalars(
        select(SeasonYard.name)
        .join(PlanStock, PlanStock.place_id == SeasonYard.yard_id)
        .where(
            SeasonYard.season_id == season.id,
            PlanStock.plan_id == version.id,
            PlanStock.day == day,
            PlanStock.closing_t >= NEARLY_FULL_SHARE * SeasonYard.capacity_t,
        )
        .distinct()
    )
    return tuple(found)


def _short_plants(session: Session, season: Season, version: PlanVersion, day: date) -> tuple[str, ...]:
    """Names of the plants whose stock on the evening of the day lasts less than a day."""
    found = session.scalars(
        select(SeasonPlant.name)
        .join(PlanStock, PlanStock.place_id == SeasonPlant.plant_id)
        .where(
            SeasonPlant.season_id == season.id,
            SeasonPlant.daily_need_t > 0,
            PlanStock.plan_id == version.id,
            PlanStock.day == day,
            PlanStock.closing_t < SHORT_COVER_DAYS * SeasonPlant.daily_need_t,
        )
        .distinct()
    )
    return tuple(found)
