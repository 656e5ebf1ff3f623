"""The first page says what is known of what needs doing; the parts of the pages are for those who build them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts.models import Account
from app.accounts.operations import open_account
from app.accounts.roles import ROLES
from app.clock import now
from app.database.engine import db
from app.pages.formats import by_pinyin, figure, shown_day
from app.pages.home_tasks import PlanState, people_tasks, plan_tasks
from app.running.last_backup import remember_backup
from tests.app.day_plan import PlannedTown
from tests.conftest import PASSWORD, Template, config_for, log_in


@pytest.mark.parametrize(("days_before", "state"), [(3, PlanState.AHEAD), (0, PlanState.AHEAD), (-1, PlanState.OVER)])
def test_the_plan_lies_ahead_until_its_last_day_is_over(
    county_app: Flask, town: PlannedTown, days_before: int, state: PlanState
) -> None:
    with county_app.app_context():
        tasks = plan_tasks(db.session, town.day - timedelta(days=days_before))
    assert tasks.state == state
    assert tasks.day == town.day
    assert tasks.hauls == len(town.plan.hauls)
    assert tasks.hauled_t == pytest.approx(sum(haul.dry_t for haul in town.plan.hauls))
    assert tasks.trucks == len({stop.truck_id for stop in town.plan.truck_stops})
    assert tasks.unserved_fields == len(town.plan.unserved)
    assert tasks.unserved_t == pytest.approx(sum(row.dry_t for row in town.plan.unserved))


def test_yards_and_plants_are_named_as_the_evening_of_the_planned_day_finds_them(
    county_app: Flask, town: PlannedTown
) -> None:
    stock_t = {row.place_id: row.closing_t for row in town.plan.stock if row.day == town.day}
    with county_app.app_context():
        tasks = plan_tasks(db.session, town.day)
    assert set(tasks.full_yards) == {y.name for y in town.scenario.yards if stock_t[y.yard_id] >= 0.9 * y.capacity_t}
    assert set(tasks.short_plants) == {
        p.name for p in town.scenario.plants if p.daily_need_t > 0 and stock_t[p.plant_id] < p.daily_need_t
    }


def test_without_a_county_there_is_no_plan_to_tell_of(app: Flask, town: PlannedTown) -> None:
    with app.app_context():
        assert plan_tasks(db.session, town.day).state is PlanState.NO_COUNTY


def test_an_administrator_is_told_of_accounts_that_ask_for_something(app: Flask) -> None:
    with app.app_context():
        for number, roles in enumerate((["plant"], [], ["finance"])):
            open_account(
                db.session,
                email=f"nr{number}@tests.example",
                name=f"No. {number}",
                password=PASSWORD,
                role_names=roles,
                is_demo=number == 0,
            )
        db.session.query(Account).filter_by(email="nr2@tests.example").one().active = False
        tasks = people_tasks(db.session)
    assert (tasks.open, tasks.closed, tasks.demo, tasks.without_role) == (3, 1, 1, 1)


@pytest.mark.parametrize("role", [kind.name for kind in ROLES])
def test_every_role_has_a_first_page(county_app: Flask, role: str) -> None:
    page = as_role(county_app, role).get("/")
    assert page.status_code == 200
    assert 'class="task-list"' in page.text


def test_the_navigation_holds_what_one_may_open_and_nothing_else(county_app: Flask) -> None:
    assert 'href="/days"' in as_role(county_app, "dispatcher").get("/").text
    assert 'href="/days"' not in as_role(county_app, "plant").get("/").text


def test_the_parts_of_the_pages_are_shown_only_where_the_settings_ask_for_it(
    county_app: Flask, sqlite_copy: Template, tmp_path: Path
) -> None:
    assert log_in(county_app).get("/styleguide").status_code == 404
    app = create_app(replace(config_for(sqlite_copy("county"), tmp_path), styleguide=True))
    assert log_in(app).get("/styleguide").status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_figures_days_and_names_are_written_as_chinese_readers_expect(app: Flask, town: PlannedTown) -> None:
    with app.test_request_context():
        assert figure(85000.04, 1) == "85,000.0"
        assert figure(7) == "7"
        assert shown_day(town.day).startswith(f"{town.day.month}\u6708{town.day.day}\u65e5 (\u5468")
    # Chang'an, Dingqiao, Haichang, Yanguan, Zhouwangmiao
    names = ["\u957f\u5b89", "\u4e01\u6865", "\u6d77\u660c", "\u76d0\u5b98", "\u5468\u738b\u5e99"]
    assert by_pinyin(sorted(names)) == names


def test_a_form_of_another_site_is_not_kept(county_app: Flask) -> None:
    """Or its sender could lead somebody to send it again, with a good token."""
    browser = log_in(county_app)
    for origin in ("https://elsewhere.example", "null"):
        answer = browser.post("/language/en", data={"next": "/typed"}, headers={"Origin": origin})
        assert answer.status_code == 400
        assert "/typed" not in answer.text
    answer = browser.post("/language/en", data={"next": "/typed"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 400
    assert 'value="/typed"' in answer.text


def test_passwords_are_never_written_back(county_app: Flask) -> None:
    answer = county_app.test_client().post(
        "/login",
        data={"email": "a@tests.example", "password": "typed-in-secret"},
        headers={"Origin": "http://localhost"},
    )
    assert answer.status_code == 400
    assert "a@tests.example" in answer.text
    assert "typed-in-secret" not in answer.text


def as_role(app: Flask, role: str) -> FlaskClient:
    """A browser in which somebody with this one role is logged in."""
    email = f"{role}@tests.example"
    with app.app_context():
        open_account(db.session, email=email, name=role, password=PASSWORD, role_names=[role])
        db.session.commit()
    return log_in(app, email)


@pytest.mark.parametrize(
    ("hours_ago", "words"), [(None, "没有已知的备份"), (2, "最近一次备份"), (50, "此后没有再备份")]
)
def test_the_administrator_sees_when_the_last_backup_was_made(
    county_app: Flask, hours_ago: int | None, words: str
) -> None:
    config = county_app.extensions["strawline.config"]
    if hours_ago is not None:
        remember_backup(config, Path("backup.zip"), now() - timedelta(hours=hours_ago))
    with county_app.app_context():
        open_account(db.session, email="a@tests.example", name="A", password=PASSWORD, role_names=["administrator"])
        db.session.commit()
    assert words in log_in(county_app, "a@tests.example").get("/").text
