"""The dispatcher's day: its page, one truck's sheet, and the data that they read."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.dispatch.answer_cache import AnswerCache, JsonBody, gzipped_body, json_body, json_response
from app.dispatch.closed_yards import closed_plants, closed_yards
from app.dispatch.county_answer import county_answer
from app.dispatch.day_answers import busiest_day, day_answer, days_answer
from app.dispatch.field_timeline import FieldTimeline, field_timeline
from app.dispatch.models import PlanVersion
from app.dispatch.queries import current_plan, current_season
from app.dispatch.season_models import Season, SeasonRoads
from app.dispatch.truck_sheet import truck_sheet
from app.errors import NO_SUCH_TRUCK, NOT_A_DATE, OUTSIDE_SEASON, Refusal

dispatch_views = Blueprint("dispatch", __name__, template_folder="templates")


@dispatch_views.get("/days")
@needs(Permission.READ_PLANS)
def shown_day() -> BaseResponse:
    """Leads to the day with most work."""
    season = current_season(db.session)
    version = current_plan(db.session, season)
    return redirect(url_for("dispatch.day_page", text=busiest_day(db.session, season, version).isoformat()))


@dispatch_views.get("/days/<text>")
@needs(Permission.READ_PLANS)
def day_page(text: str) -> str:
    season = current_season(db.session)
    day = _day(season, text)
    plan, since = current_plan(db.session, season), min(day, business_day())
    return render_template(
        "dispatch/day.html",
        day=day,
        scenario_name=season.name,
        closed_yards=closed_yards(db.session, plan, since=since),
        closed_plants=closed_plants(db.session, plan, since=since),
    )


@dispatch_views.get("/days/<text>/trucks/<truck_id>")
@needs(Permission.READ_PLANS)
def truck_page(text: str, truck_id: str) -> str:
    season = current_season(db.session)
    version, day = current_plan(db.session, season), _day(season, text)
    sheet = truck_sheet(db.session, season, version, day, truck_id)
    if sheet is None:
        raise Refusal(NO_SUCH_TRUCK, [truck_id])
    return render_template("dispatch/truck_sheet.html", day=day, scenario_name=season.name, **sheet)


@dispatch_views.get("/data/county.json")
@needs(Permission.READ_PLANS)
def county_data() -> Response:
    return json_response(_county_body(current_season(db.session)))


@dispatch_views.get("/data/roads.json")
@needs(Permission.READ_REGISTRY)
def roads_data() -> Response:
    season = current_season(db.session)

    def make() -> JsonBody:
        drawing = db.session.scalar(select(SeasonRoads.drawing).where(SeasonRoads.season_id == season.id))
        return json_body({"classes": []}) if drawing is None else gzipped_body(drawing)

    return json_response(_cache().get(("roads", season.id), make))


@dispatch_views.get("/data/days.json")
@needs(Permission.READ_PLANS)
def days_data() -> Response:
    season = current_season(db.session)
    version = current_plan(db.session, season)
    return json_response(_days_body(season, version))


@dispatch_views.get("/data/days/<text>.json")
@needs(Permission.READ_PLANS)
def day_data(text: str) -> Response:
    season = current_season(db.session)
    version, day = current_plan(db.session, season), _day(season, text)
    return json_response(_day_body(season, version, day))


def keep_first_answers() -> None:
    """Make what the first page reads before anybody asks, so that the first reader does not wait for it."""
    try:
        season = current_season(db.session)
        version = current_plan(db.session, season)
    except Refusal:
        return  # no county or no plan yet: the page that says so needs nothing
    _county_body(season)
    _days_body(season, version)
    _day_body(season, version, busiest_day(db.session, season, version))


def _county_body(season: Season) -> JsonBody:
    return _cache().get(("county", season.id), lambda: json_body(county_answer(db.session, season)))


def _days_body(season: Season, version: PlanVersion) -> JsonBody:
    return _cache().get(
        ("days", version.id),
        lambda: json_body(days_answer(db.session, season, version, _timeline(season, version))),
    )


def _day_body(season: Season, version: PlanVersion, day: date) -> JsonBody:
    return _cache().get(
        ("day", version.id, day),
        lambda: json_body(day_answer(db.session, season, version, _timeline(season, version), day)),
    )


def _day(season: Season, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refusal(NOT_A_DATE, [text]) from error
    if not season.season_start <= day <= season.season_end:
        raise Refusal(OUTSIDE_SEASON, [f"{season.season_start} – {season.season_end}"])
    return day


def _timeline(season: Season, version: PlanVersion) -> FieldTimeline:
    return _cache().get(("timeline", version.id), lambda: field_timeline(db.session, season, version))


def _cache() -> AnswerCache:
    cache: AnswerCache = current_app.extensions["strawline.answers"]
    return cache
