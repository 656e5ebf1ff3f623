from __future__ import annotations

import json
import shutil
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts.permissions import Door, access_of, needs
from app.accounts.roles import DISPATCHER, permissions_of
from app.database.engine import db
from app.dispatch.field_timeline import NOTHING_LEFT_T
from app.dispatch.models import PlanHaul
from app.dispatch.operations import import_plan, import_scenario
from tests.app.addresses import NO_SUCH_DIGEST, NO_SUCH_ID, NO_SUCH_TOKEN, every_address
from tests.app.day_plan import PlannedTown
from tests.conftest import csrf_token, log_in


def data_of(browser: FlaskClient, address: str) -> dict:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    return answer.json


def test_every_page_opens_for_a_dispatcher(county_app: Flask, logged_in_client: FlaskClient, town: PlannedTown) -> None:
    for endpoint, method, address in every_address(county_app, town):
        access = access_of(county_app, endpoint)
        is_open = access is Door.MEMBERS or access in permissions_of([DISPATCHER])
        if method == "GET" and is_open and not endpoint.startswith("security."):
            with logged_in_client.get(address) as answer:
                is_there = not any(it in address for it in (NO_SUCH_TOKEN, NO_SUCH_DIGEST, str(NO_SUCH_ID)))
                assert answer.status_code in ((200, 302) if is_there else (404,)), address


def test_no_list_falls_over_a_page_or_days_that_are_beyond_all(logged_in_client: FlaskClient) -> None:
    for first, last in (("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31"), ("", "2001-02-03")):
        asked = f"page=99999999999999999999&from={first}&to={last}"
        for address in (
            "/deliveries", "/deliveries.xlsx", "/tickets", "/money/ledger", "/registry/yards",
            "/registry/imports", "/records/refused",
        ):  # fmt: skip
            with logged_in_client.get(f"{address}?{asked}", follow_redirects=True) as answer:
                assert answer.status_code == 200, address


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(client: FlaskClient) -> None:
    texts = []
    for email in ("tester@demo.example", "nobody@demo.example"):
        answer = client.post(
            "/login", data={"email": email, "password": "a wrong one", "csrf_token": csrf_token(client, "/login")}
        )
        assert answer.status_code == 200
        texts.append(answer.text.replace(email, ""))
    assert client.get("/").status_code == 302
    assert texts[0].count('role="alert"') == texts[1].count('role="alert"') > 0


def test_a_form_without_its_token_changes_nothing(logged_in_client: FlaskClient) -> None:
    assert logged_in_client.post("/language/en").status_code == 400
    assert logged_in_client.post("/logout").status_code in (302, 400)


def test_logging_out_closes_every_page(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    token = csrf_token(logged_in_client, f"/days/{town.day}")
    assert logged_in_client.post("/logout", data={"csrf_token": token}).status_code == 302
    assert logged_in_client.get("/data/county.json").status_code == 401


def test_passwords_are_hashed_with_argon2(county_app: Flask) -> None:
    from app.accounts.models import Account
    from app.database.engine import db

    with county_app.app_context():
        assert db.session.query(Account).one().password.startswith("$argon2id$")


def test_every_answer_tells_the_browser_to_keep_to_this_site(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    for address in (f"/days/{town.day}", "/data/county.json", "/static/css/base.css", "/no-such-page"):
        with logged_in_client.get(address) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_pages_are_chinese_first_and_switch_to_english_and_back(client: FlaskClient) -> None:
    assert '<html lang="zh-Hans-CN">' in client.get("/login").text
    for language, lang in (("en", "en"), ("zh_Hans_CN", "zh-Hans-CN")):
        token = csrf_token(client, "/login")
        answer = client.post(f"/language/{language}", data={"csrf_token": token, "next": "/login"})
        assert answer.headers["Location"] == "/login"
        assert f'<html lang="{lang}">' in client.get("/login").text


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere", "javascript:x"]
)
def test_switching_the_language_never_leads_to_another_site(client: FlaskClient, address: str) -> None:
    token = csrf_token(client, "/login")
    answer = client.post("/language/en", data={"csrf_token": token, "next": address})
    assert answer.headers["Location"] == "/"


def test_a_language_that_is_not_offered_is_refused(client: FlaskClient) -> None:
    answer = client.post("/language/tlh", data={"csrf_token": csrf_token(client, "/login")})
    assert answer.status_code == 404


def test_the_day_that_is_shown_first_is_the_busiest_planned_one(
    logged_in_client: FlaskClient, town: PlannedTown
) -> None:
    assert logged_in_client.get("/days").headers["Location"] == f"/days/{town.day}"


def test_the_day_says_which_yards_are_closed_and_what_the_plan_still_sends_there(
    county_app: Flask, logged_in_client: FlaskClient, town: PlannedTown
) -> None:
    here = f"/days/{town.day}"
    assert "已停收" not in logged_in_client.get(here).text
    with county_app.app_context():
        names = {yard.yard_id: yard.name for yard in town.scenario.yards}
        bound_for = select(PlanHaul.destination_id).where(PlanHaul.destination_id.in_(names)).limit(1)
        yard_id = db.session.scalars(bound_for).one()
        hauls = db.session.scalar(select(func.count()).where(PlanHaul.destination_id == yard_id))
    form = {"csrf_token": csrf_token(logged_in_client, here), "stack_id": "", "reason": "sparks from the road"}
    assert logged_in_client.post(f"/yards/{yard_id}/suspensions", data=form).status_code in (200, 302)
    page = logged_in_client.get(here).text
    assert f'<a href="/yards/{yard_id}/safety">{names[yard_id]}</a> (计划仍有 {hauls} 车次运往该场)' in page
    assert "请重新排程" in page


def test_without_a_county_the_first_page_says_how_to_load_one(app: Flask) -> None:
    browser = log_in(app)
    assert "strawline import scenario" in browser.get("/").text
    answer = browser.get("/data/county.json")
    assert answer.status_code == 404
    assert answer.json["error"]["code"] == "no-season"


@pytest.mark.parametrize("text", ["2020-01-01", "yesterday", "2026-02-31"])
def test_a_day_outside_the_season_is_refused_in_words(logged_in_client: FlaskClient, text: str) -> None:
    assert logged_in_client.get(f"/days/{text}").status_code == 404
    answer = logged_in_client.get(f"/data/days/{text}.json")
    assert answer.status_code == 404
    assert answer.json["error"]["code"] in ("outside-season", "not-a-date")


def test_the_county_lists_every_place_and_machine(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    county, scenario = data_of(logged_in_client, "/data/county.json"), town.scenario
    assert county["name"] == scenario.name
    assert county["synthetic"] is True
    assert county["fields"]["id"] == [f.field_id for f in scenario.fields]
    assert county["fields"]["ready_date"] == [f.ready_date.isoformat() for f in scenario.fields]
    assert {len(column) for column in county["fields"].values()} == {len(scenario.fields)}
    assert set(county["fields"]) == {
        "id", "town_id", "grower", "lon", "lat", "area_mu", "crop", "dry_straw_t", "ready_date", "clear_by",
        "max_truck_class",
    }  # fmt: skip
    for member, things in (
        ("towns", scenario.towns),
        ("yards", scenario.yards),
        ("plants", scenario.plants),
        ("trucks", scenario.trucks),
        ("balers", scenario.balers),
        ("truck_classes", scenario.truck_classes),
    ):
        assert len(county[member]) == len(things)
    (south, west), (north, east) = county["bounds"]
    assert all(south <= f.lat <= north and west <= f.lon <= east for f in scenario.fields)


def test_the_planned_day_shows_every_stop_of_the_plan(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    day, plan = data_of(logged_in_client, f"/data/days/{town.day}.json"), town.plan
    assert day["source"] == "plan"
    shown = {
        (truck["id"], s["seq"], s["haul_id"], s["place_id"], s["action"], s["arrive"], s["start"], s["end"])
        for truck in day["trucks"]
        for s in truck["stops"]
    }
    assert shown == {
        (s.truck_id, s.seq, s.haul_id, s.place_id, s.action, s.arrive_min, s.start_min, s.end_min)
        for s in plan.truck_stops
    }
    assert sum(len(baler["stops"]) for baler in day["balers"]) == len(plan.baler_stops)
    hauled_t = sum(haul.dry_t for haul in plan.hauls)
    figures = day["figures"]
    assert figures["hauled_t"] == pytest.approx(hauled_t, abs=0.01)
    assert sum(flow["dry_t"] for flow in day["flows"]) == pytest.approx(hauled_t, abs=0.01)
    assert figures["trucks_used"] == len(day["trucks"])
    assert figures["loaded_km"] == pytest.approx(sum(t["loaded_km"] for t in day["trucks"]), abs=0.5)
    assert figures["cost_yuan"] == pytest.approx(
        sum(
            town.plan.summary["cost_yuan"][m] for m in ("truck_day", "truck_hour", "truck_km", "baler_hour", "baler_km")
        ),
        rel=1e-3,
    )
    kinds = {haul.haul_id: haul.kind for haul in plan.hauls}
    assert all(s["kind"] == kinds.get(s["haul_id"], "") for t in day["trucks"] for s in t["stops"])


def test_a_programme_day_shows_the_programme_and_no_trucks(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    for date_ in town.scenario.dates:
        if date_ == town.day:
            continue
        day = data_of(logged_in_client, f"/data/days/{date_}.json")
        assert day["source"] == "programme"
        assert day["trucks"] == day["balers"] == []
        assert day["figures"]["cost_yuan"] is None
        wanted_t = sum(h.dry_t for h in town.programme.hauls if h.day == date_)
        assert day["figures"]["hauled_t"] == pytest.approx(wanted_t, abs=0.05)
        stock = {r.place_id: r.closing_t for r in town.programme.stock if r.day == date_}
        assert {y["id"]: y["closing_t"] for y in day["yards"]} == pytest.approx(
            {y.yard_id: stock[y.yard_id] for y in town.scenario.yards}
        )


def test_fields_lose_their_straw_as_planned_and_their_letter_says_so(
    logged_in_client: FlaskClient, town: PlannedTown
) -> None:
    left_t = {f.field_id: f.dry_straw_t for f in town.scenario.fields}
    by_day: dict[date, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in town.programme.season:
        by_day[row.haul_date][row.field_id] += row.dry_t
    for date_ in town.scenario.dates:
        for field_id, dry_t in by_day[date_].items():
            left_t[field_id] -= dry_t
        day = data_of(logged_in_client, f"/data/days/{date_}.json")
        if date_ < town.day:
            assert day["field_left_t"] == pytest.approx([left_t[f.field_id] for f in town.scenario.fields], abs=0.01)
        for farm_field, letter, still_t, lying_t in zip(
            town.scenario.fields, day["field_states"], day["field_left_t"], day["field_baled_t"], strict=True
        ):
            assert lying_t <= still_t + 0.01
            if still_t <= NOTHING_LEFT_T:
                assert letter == "c"
            elif date_ > farm_field.clear_by:
                assert letter == "l"
            elif lying_t > NOTHING_LEFT_T:
                assert letter == "b"
            elif date_ >= farm_field.ready_date:
                assert letter == "r"
            else:
                assert letter == ("d" if farm_field.ready_date - date_ <= timedelta(days=3) else "g")


def test_on_the_planned_day_fields_end_as_the_plan_leaves_them(
    logged_in_client: FlaskClient, town: PlannedTown
) -> None:
    left_t = {f.field_id: f.dry_straw_t for f in town.day_scenario.fields}
    for row in town.plan.season:
        left_t[row.field_id] -= row.dry_t
    day = data_of(logged_in_client, f"/data/days/{town.day}.json")
    assert day["field_left_t"] == pytest.approx(
        [max(0.0, left_t.get(f.field_id, 0.0)) for f in town.scenario.fields], abs=0.01
    )


def test_the_strip_has_every_day_of_the_season_once(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    days = data_of(logged_in_client, "/data/days.json")["days"]
    assert [day["date"] for day in days] == [d.isoformat() for d in town.scenario.dates]
    assert [day["source"] == "plan" for day in days] == [d == town.day for d in town.scenario.dates]
    planned = days[town.scenario.dates.index(town.day)]
    assert planned["done_t"] == pytest.approx(sum(h.dry_t for h in town.plan.hauls), abs=0.01)
    assert [day["workable_fraction"] for day in days] == [
        town.scenario.workable_fraction(d) for d in town.scenario.dates
    ]


def test_unserved_fields_come_with_the_plans_reasons(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    day = data_of(logged_in_client, f"/data/days/{town.day}.json")
    assert {(r["field_id"], r["reason"], r["would_be_served_if"]) for r in day["unserved"]} == {
        (r.field_id, r.reason, r.would_be_served_if) for r in town.plan.unserved
    }
    assert day["figures"]["unserved_t"] == pytest.approx(sum(r.dry_t for r in town.plan.unserved), abs=0.01)


def revisited(browser: FlaskClient, address: str) -> tuple[TestResponse, TestResponse]:
    first = browser.get(address)
    return first, browser.get(address, headers={"If-None-Match": first.headers["ETag"]})


def test_data_that_the_browser_has_is_not_sent_again(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    for address in ("/data/county.json", "/data/roads.json", "/data/days.json", f"/data/days/{town.day}.json"):
        first, second = revisited(logged_in_client, address)
        assert "private" in first.headers["Cache-Control"]
        assert second.status_code == 304, address
        assert second.data == b""


def test_data_is_sent_gzipped_to_a_browser_that_can_read_it(logged_in_client: FlaskClient) -> None:
    plain = logged_in_client.get("/data/county.json")
    small = logged_in_client.get("/data/county.json", headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data) / 2
    assert json.loads(plain.data)["name"]


def test_a_driver_gets_a_sheet_with_every_stop(logged_in_client: FlaskClient, town: PlannedTown) -> None:
    truck_id = town.plan.truck_stops[0].truck_id
    page = logged_in_client.get(f"/days/{town.day}/trucks/{truck_id}").text
    for stop in town.plan.truck_stops:
        if stop.truck_id == truck_id:
            assert stop.place_id in page
    assert logged_in_client.get(f"/days/{town.day}/trucks/no-such-truck").status_code == 404


def test_a_failure_is_shown_as_a_page_without_its_inside(county_app: Flask) -> None:
    county_app.config["PROPAGATE_EXCEPTIONS"] = False
    county_app.view_functions["dispatch.day_page"] = needs(Door.MEMBERS)(lambda text: 1 // 0)
    answer = log_in(county_app).get("/days/2026-11-12")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text


def test_fields_that_the_programme_leaves_come_with_its_reasons(app: Flask, town: PlannedTown, tmp_path: Path) -> None:
    explained = {row.field_id for row in town.plan.unserved}
    left = next(row.field_id for row in town.programme.season if row.field_id not in explained)
    last_day = town.scenario.season_end.isoformat()
    folder = tmp_path / "plan"
    shutil.copytree(town.plan_folder, folder)
    season_file, summary_file = folder / "programme" / "season.csv", folder / "programme" / "summary.json"
    lines = season_file.read_text(encoding="utf-8").splitlines(keepends=True)
    season_file.write_text("".join(line for line in lines if not line.startswith(f"{left},")), encoding="utf-8")
    summary = json.loads(summary_file.read_text(encoding="utf-8"))
    with app.app_context():
        import_scenario(db.session, town.scenario_folder)
        db.session.commit()
    for known in ({left: ["no bay was free", "there were one more"]}, {left: "no pair"}, ["no mapping"]):
        summary_file.write_text(json.dumps(summary | {"blocked_by": known}), encoding="utf-8")
        with app.app_context():
            import_plan(db.session, folder)
            db.session.commit()
        rows = log_in(app).get(f"/data/days/{last_day}.json").get_json()["unserved"]
        found = {row["field_id"]: (row["reason"], row["would_be_served_if"]) for row in rows}
        expected = tuple(known[left]) if isinstance(known, dict) and isinstance(known[left], list) else ("", "")
        assert found[left] == expected
