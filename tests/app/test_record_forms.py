"""Records by hand: forms from the columns, who may write what, nobody writes over another, history, withdrawal."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.audit import AuditEntry
from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.accounts.permissions import Permission
from app.database.engine import db
from app.errors import REFERRED_TO_IN_USE, REFERS_TO_WITHDRAWN, Refusal
from app.registry.changes import apply_changes, propose
from app.registry.forms import References, form_columns, read_form, written_form
from app.registry.history import record_history
from app.registry.kinds import KINDS
from app.registry.materials import ensure_materials
from app.registry.models import (
    Baler,
    CollectingBody,
    FarmField,
    Grower,
    Material,
    RegistryChange,
    TransferYard,
    Truck,
    TruckClass,
)
from app.registry.names import choices_of
from app.registry.procedures.filings import (
    FilingState,
    confirm_filing,
    filing_counts,
    filing_state,
    propose_filing,
    send_back,
)
from app.registry.records import restore, withdraw
from app.registry.views import SHOWN_KINDS
from app.registry.writing import TOWN_KINDS, may_write_kind, writing_scope
from tests.app.day_plan import PlannedTown
from tests.app.members import member
from tests.conftest import PASSWORD

OTHER_TOWN = "330481999"


def form_of(browser: FlaskClient, address: str) -> dict[str, str]:
    """What a browser would send from the form on this page, without any change."""
    page = browser.get(address).text
    form = page[page.index('record-form"') :]
    found = {
        match["name"]: _unescaped(match["value"] or "")
        for match in re.finditer(
            r'<input(?=[^>]*\sname="(?P<name>[^"]+)")(?:(?=[^>]*\svalue="(?P<value>[^"]*)"))?', form
        )
    }
    for match in re.finditer(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', match[2])
        found[match[1]] = chosen[1] if chosen else ""
    for match in re.finditer(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form):
        found[match[1]] = _unescaped(match[2])
    return found


def _unescaped(text: str) -> str:
    return (
        text.replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    )


def add_other_town(app: Flask) -> None:
    """A second town with a yard, a truck and a field."""
    with app.app_context():
        yard = db.session.scalars(select(TransferYard)).first()
        truck = db.session.scalars(select(Truck)).first()
        field = db.session.scalars(select(FarmField)).first()
        assert yard is not None
        assert truck is not None
        assert field is not None

        def alike(key: str, row: Any, **members: Any) -> dict[str, Any]:
            return {**{column.key: getattr(row, column.key) for column in KINDS[key].columns}, **members}

        rows = {
            "towns": [{"town_id": OTHER_TOWN, "name": "另一镇", "lon": 120.6, "lat": 30.4}],
            "yards": [alike("yards", yard, yard_id="OY", name="另一场", town_id=OTHER_TOWN)],
            "trucks": [alike("trucks", truck, truck_id="OT", home_yard_id="OY")],
            "fields": [alike("fields", field, field_id="OF", town_id=OTHER_TOWN, grower_id=None)],
        }
        apply_changes(db.session, propose(db.session, rows, withdraw_missing=False).changes)
        db.session.commit()


def audited(app: Flask, subject_id: str) -> list[str]:
    with app.app_context():
        chosen = select(AuditEntry.what).where(AuditEntry.subject_id == subject_id).order_by(AuditEntry.id)
        return list(db.session.scalars(chosen))


@pytest.mark.parametrize("key", [key for key in KINDS if key != "approvals"])
def test_the_form_of_a_record_says_what_the_record_says(county_app: Flask, key: str) -> None:
    """Of every kind: what a form begins with reads back as what is stored."""
    with county_app.app_context():
        ensure_materials(db.session)
        kind = KINDS[key]
        columns = form_columns(kind, is_new=True)
        options = {c.key: choices_of(db.session, c.refers_to, None) for c in columns if c.refers_to is not None}
        for row in db.session.scalars(select(kind.model).limit(20)):
            for language in ("zh", "en"):
                read = read_form(kind, columns, written_form(columns, row), References(options), language)
                assert read.faults == {}
                assert read.values == {column.key: getattr(row, column.key) for column in columns}


@pytest.mark.parametrize("key", [key for key in SHOWN_KINDS if key != "approvals"])
def test_saving_a_form_unchanged_changes_nothing(county_app: Flask, key: str) -> None:
    with county_app.app_context():
        ensure_materials(db.session)
        db.session.commit()
        kind = KINDS[key]
        row = db.session.scalars(select(kind.model)).first()
        if row is None:
            return
        record_id = kind.record_id({name: getattr(row, name) for name in kind.table.id_keys})
        changes = db.session.scalar(select(func.count()).select_from(RegistryChange))
    browser = member(county_app, "dispatcher")
    address = f"/registry/{key}/{record_id}/change"
    answer = browser.post(address, data=form_of(browser, address))
    assert answer.status_code == 302, answer.text
    with county_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(RegistryChange)) == changes


def test_every_fault_of_a_form_is_told_at_once_and_what_was_typed_stays(county_app: Flask, town: PlannedTown) -> None:
    browser = member(county_app, "dispatcher")
    typed = form_of(browser, "/registry/new/fields") | {
        "field_id": "NEW-1",
        "town_id": town.scenario.towns[0].town_id,
        "grower": "",
        "lon": "东经",
        "lat": "30.5",
        "area_mu": "-3",
        "crop": "rice",
        "dry_straw_t": "4",
        "ready_date": "2026-11-20",
        "clear_by": "2026-11-10",
        "max_truck_class": "c999",
    }
    answer = browser.post("/registry/new/fields", data=typed)
    assert answer.status_code == 422
    faulty = set(re.findall(r'id="(\w+)-error"', answer.text))
    assert faulty == {"grower", "lon", "area_mu", "clear_by", "max_truck_class"}
    for text in ("东经", "-3", "2026-11-10"):
        assert f'value="{text}"' in answer.text
    mended = {
        **typed,
        "grower": "示范户甲",
        "lon": "120.5",
        "area_mu": "0.5 公顷",
        "clear_by": "2026-11-30",
        "max_truck_class": "",
    }
    assert browser.post("/registry/new/fields", data=mended).status_code == 302
    with county_app.app_context():
        row = db.session.scalars(select(FarmField).where(FarmField.field_id == "NEW-1")).one()
        assert (row.area_mu, row.already_baled_t) == (7.5, 0.0)
        # whoever is named for the first time is a grower of that town from now on
        grower = db.session.scalars(select(Grower).where(Grower.grower_id == row.grower_id)).one()
        assert (grower.name, grower.town_id) == ("示范户甲", row.town_id)
    assert audited(county_app, "NEW-1") == ["field.added"]


def test_a_code_is_given_once(county_app: Flask, town: PlannedTown) -> None:
    browser = member(county_app, "dispatcher")
    address = f"/registry/yards/{town.scenario.yards[0].yard_id}/change"
    typed = form_of(browser, address) | {"yard_id": town.scenario.yards[0].yard_id}
    answer = browser.post("/registry/new/yards", data=typed)
    assert answer.status_code == 422
    assert 'id="yard_id-error"' in answer.text


def test_nobody_writes_over_what_another_has_stored_and_both_are_shown(county_app: Flask, town: PlannedTown) -> None:
    first, second = member(county_app, "dispatcher"), member(county_app, "administrator")
    yard_id = town.scenario.yards[0].yard_id
    address = f"/registry/yards/{yard_id}/change"
    opened = form_of(first, address)
    assert second.post(address, data=form_of(second, address) | {"bays": "7", "area_mu": "5.25"}).status_code == 302
    answer = first.post(address, data=opened | {"bays": "9", "capacity_t": "777"})
    assert answer.status_code == 409
    assert "administrator" in answer.text
    with county_app.app_context():
        row = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        assert (row.bays, row.area_mu) == (7, 5.25)
        assert row.capacity_t != 777
        version = row.version
    beside = answer.text[answer.text.index('class="notice notice-warning beside"') :]
    beside = beside[: beside.index("</section>")]
    assert re.findall(r'<a href="#(\w+)">', beside) == ["area_mu", "bays"]
    # what only the other changed is taken over, what both changed keeps what was typed; saving it now is seen by all
    assert f'name="version" value="{version}"' in answer.text
    sent = opened | {"version": str(version), "bays": "9", "capacity_t": "777", "area_mu": "5.25"}
    assert first.post(address, data=sent).status_code == 302
    with county_app.app_context():
        row = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        assert (row.bays, row.area_mu, row.capacity_t) == (9, 5.25, 777)
        lines, count = record_history(db.session, KINDS["yards"], yard_id, limit=10)
        assert count == 3
        assert {name: (old, new) for name, old, new in lines[0].members}["bays"] == (7, 9)
        assert [line.who for line in lines[:2]] == ["dispatcher", "administrator"]
        assert lines[2].import_name == "one_town"
    page = first.get(f"/registry/yards/{yard_id}").text
    assert "one_town" in page
    assert re.search(r"<del>7</del> → <ins>9</ins>", page)


def test_a_town_official_writes_records_of_the_own_town_only(county_app: Flask, town: PlannedTown) -> None:
    add_other_town(county_app)
    own = town.scenario.towns[0].town_id
    browser = member(county_app, "town_official", ("town", own))
    for key, foreign in {"yards": "OY", "trucks": "OT", "fields": "OF"}.items():
        assert browser.get(f"/registry/{key}/{foreign}/change").status_code == 404
        for verb in ("change", "withdraw", "restore"):
            assert browser.post(f"/registry/{key}/{foreign}/{verb}", data=token(browser)).status_code == 404
    # not out of the own town, not into another
    address = f"/registry/fields/{town.scenario.fields[0].field_id}/change"
    answer = browser.post(address, data=form_of(browser, address) | {"town_id": OTHER_TOWN})
    assert answer.status_code == 422
    assert 'id="town_id-error"' in answer.text
    truck = town.scenario.trucks[0].truck_id
    address = f"/registry/trucks/{truck}/change"
    answer = browser.post(address, data=form_of(browser, address) | {"home_yard_id": "OY"})
    assert answer.status_code == 422
    # a choice does not tell what stands elsewhere
    assert "OY" not in browser.get(address).text
    answer = browser.post(address, data=form_of(browser, address) | {"shift_hours": "8.5"})
    assert answer.status_code == 302


@pytest.mark.parametrize("key", [key for key in KINDS if key not in TOWN_KINDS and key != "approvals"])
def test_the_countys_own_records_are_not_a_towns(county_app: Flask, town: PlannedTown, key: str) -> None:
    browser = member(county_app, "town_official", ("town", town.scenario.towns[0].town_id))
    assert browser.get(f"/registry/new/{key}").status_code == 403
    assert browser.post(f"/registry/new/{key}", data=token(browser)).status_code == 403
    assert f"/registry/new/{key}" not in browser.get(f"/registry/{key}").text
    with county_app.app_context():
        row = db.session.scalars(select(KINDS[key].model)).first()
        if row is None:
            return
        record_id = KINDS[key].record_id({name: getattr(row, name) for name in KINDS[key].table.id_keys})
    assert browser.get(f"/registry/{key}/{record_id}/change").status_code == 403
    assert "/change" not in browser.get(f"/registry/{key}/{record_id}").text


@pytest.mark.parametrize("role", ["attendant", "yard_manager", "plant", "finance", "city_official", "fire_brigade"])
def test_who_only_reads_sees_no_button_and_is_refused(county_app: Flask, town: PlannedTown, role: str) -> None:
    yard_id = town.scenario.yards[0].yard_id
    place = {"attendant": ("yard", yard_id), "yard_manager": ("yard", yard_id)}.get(role, ("plant", "P1"))
    browser = member(county_app, role, place)
    page = browser.get(f"/registry/yards/{yard_id}")
    assert "/withdraw" not in page.text
    assert "/change" not in page.text
    assert "/registry/new/" not in browser.get("/registry/yards").text
    for address in (f"/registry/yards/{yard_id}/change", "/registry/new/yards"):
        assert browser.get(address).status_code == 403


def test_a_second_role_that_sees_more_does_not_let_write_more(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        account = open_account(
            db.session,
            email="two@tests.example",
            name="two",
            password=PASSWORD,
            role_names=["town_official", "finance"],
        )
        own = town.scenario.towns[0].town_id
        account.places = [AccountPlace(kind="town", place_id=own)]
        scope = writing_scope(account)
        assert scope is not None
        assert scope.town_ids == {own}
        assert not may_write_kind(KINDS["towns"], scope)
        assert writing_scope(account, Permission.CONFIRM_FILINGS) is not None


def test_approvals_have_a_procedure_and_no_form(county_app: Flask) -> None:
    browser = member(county_app, "administrator")
    assert browser.get("/registry/new/approvals").status_code == 404
    with county_app.app_context():
        code = db.session.scalars(select(KINDS["approvals"].model)).one().approval_id
    assert browser.get(f"/registry/approvals/{code}").status_code == 200
    for verb in ("change", "withdraw"):
        assert browser.post(f"/registry/approvals/{code}/{verb}", data=token(browser)).status_code == 404


def test_what_others_need_is_not_withdrawn_and_what_needs_it_does_not_come_back_first(
    county_app: Flask, town: PlannedTown
) -> None:
    with county_app.app_context():
        yard_id = town.scenario.yards[0].yard_id
        yard = db.session.scalars(select(TransferYard).where(TransferYard.yard_id == yard_id)).one()
        with pytest.raises(Refusal) as refused:
            withdraw(db.session, KINDS["yards"], yard)
        assert refused.value.kind is REFERRED_TO_IN_USE
        for model, key in ((Truck, "trucks"), (Baler, "balers")):
            for row in db.session.scalars(select(model).where(model.home_yard_id == yard_id)).all():
                withdraw(db.session, KINDS[key], row)
        withdraw(db.session, KINDS["yards"], yard)
        assert yard.withdrawn_at is not None
        truck = db.session.scalars(select(Truck).where(Truck.home_yard_id == yard_id)).first()
        assert truck is not None
        with pytest.raises(Refusal) as refused:
            restore(db.session, KINDS["trucks"], truck)
        assert refused.value.kind is REFERS_TO_WITHDRAWN
        restore(db.session, KINDS["yards"], yard)
        restore(db.session, KINDS["trucks"], truck)
        db.session.commit()
    assert audited(county_app, yard_id) == ["yard.withdrawn", "yard.restored"]


def test_a_withdrawn_record_says_so_and_is_found_by_its_state(county_app: Flask, town: PlannedTown) -> None:
    browser, field_id = member(county_app, "dispatcher"), town.scenario.fields[0].field_id
    assert browser.post(f"/registry/fields/{field_id}/withdraw", data=token(browser)).status_code == 302
    assert f">{field_id}<" not in browser.get(f"/registry/fields?q={field_id}").text
    assert f">{field_id}<" in browser.get("/registry/fields?state=withdrawn").text
    assert f"/registry/fields/{field_id}/restore" in browser.get(f"/registry/fields/{field_id}").text
    assert browser.post(f"/registry/fields/{field_id}/restore", data=token(browser)).status_code == 302
    assert f">{field_id}<" in browser.get(f"/registry/fields?q={field_id}").text


def test_the_page_of_a_town_counts_what_refers_to_it_and_leads_there(county_app: Flask, town: PlannedTown) -> None:
    browser, own = member(county_app, "dispatcher"), town.scenario.towns[0].town_id
    page = browser.get(f"/registry/towns/{own}").text
    count = sum(field.town_id == own for field in town.scenario.fields)
    assert re.search(rf'href="/registry/fields\?town_id={own}">[^<]*<span class="number">{count}</span>', page)
    listed = browser.get(f"/registry/fields?town_id={own}").text
    assert f'<small class="number">{count}</small>' in listed
    assert f'<small class="number">{count}</small>' not in browser.get("/registry/fields?town_id=none").text


def test_filters_stay_in_order_paging_and_workbook(county_app: Flask, town: PlannedTown) -> None:
    browser = member(county_app, "dispatcher")
    crop = town.scenario.fields[0].crop
    page = browser.get(f"/registry/fields?crop={crop}&sort=-area_mu").text
    workbook = re.search(r'href="(/registry/fields\.xlsx[^"]*)"', page)
    assert workbook is not None
    assert {"crop=", "sort="} <= {
        part.split("=")[0] + "=" for part in workbook[1].split("?")[1].replace("&amp;", "&").split("&")
    }
    for heading in re.findall(r'<th[^>]*aria-sort[^>]*><a href="([^"]*)"', page):
        assert f"crop={crop}" in heading
    none = browser.get("/registry/fields?crop=soybean").text
    assert '<small class="number">0</small>' in none


def test_hours_and_choices_are_shown_as_people_read_them(county_app: Flask, town: PlannedTown) -> None:
    browser = member(county_app, "dispatcher")
    yard = town.scenario.yards[0]
    page = browser.get("/registry/yards").text
    assert f"{yard.hours.open_min // 60:02d}:{yard.hours.open_min % 60:02d}" in page
    assert "水稻" in browser.get("/registry/fields").text
    trucks = browser.get("/registry/trucks").text
    assert yard.name in trucks


def test_a_new_installation_knows_the_materials_of_the_plan_and_keeps_what_was_changed(app: Flask) -> None:
    with app.app_context():
        added = ensure_materials(db.session)
        streams = [row.stream for row in db.session.scalars(select(Material))]
        assert len(streams) == added == 11
        assert streams.count("straw") == 5
        assert streams.count("film") == 4
        assert {"other_planting_waste", "animal_medical_waste"} <= set(streams)
        material = db.session.scalars(select(Material)).first()
        assert material is not None
        withdraw(db.session, KINDS["materials"], material)
        assert ensure_materials(db.session) == 0
        assert material.withdrawn_at is not None


def test_a_collecting_body_is_proposed_by_its_town_and_filed_by_the_task_force(
    county_app: Flask, town: PlannedTown
) -> None:
    own = town.scenario.towns[0].town_id
    with county_app.app_context():
        rows = [{"body_id": f"B{n}", "name": f"示范主体{n}", "town_id": own, "kind": "cooperative"} for n in range(3)]
        apply_changes(db.session, propose(db.session, {"collecting_bodies": rows}, withdraw_missing=False).changes)
        db.session.commit()
    official = member(county_app, "town_official", ("town", own))
    city = member(county_app, "city_official")
    assert "/registry/collecting_bodies?step=not+filed" in official.get("/").text
    assert city.post("/collecting-bodies/B0/propose", data=token(city)).status_code == 403
    assert city.post("/collecting-bodies/B0/filing", data=token(city)).status_code == 409
    assert official.post("/collecting-bodies/B0/propose", data=token(official)).status_code == 302
    assert official.post("/collecting-bodies/B0/filing", data=token(official)).status_code == 403
    assert official.post("/collecting-bodies/B0/propose", data=token(official)).status_code == 409
    # the form does not file
    address = "/registry/collecting_bodies/B1/change"
    assert official.post(address, data=form_of(official, address) | {"filed_on": "2026-01-01"}).status_code == 302
    assert city.post("/collecting-bodies/B0/filing", data=token(city, number="专班-7")).status_code == 302
    with county_app.app_context():
        bodies = {row.body_id: row for row in db.session.scalars(select(CollectingBody))}
        assert (filing_state(bodies["B0"]), bodies["B0"].filing_number) == (FilingState.FILED, "专班-7")
        assert filing_state(bodies["B1"]) is FilingState.NOT_FILED
        assert filing_counts(db.session, None) == {FilingState.FILED: 1, FilingState.NOT_FILED: 2}
    assert audited(county_app, "B0") == ["filing.proposed", "filing.confirmed"]
    assert ">B0<" not in official.get("/registry/collecting_bodies?step=not+filed").text
    assert ">B1<" in official.get("/registry/collecting_bodies?step=not+filed").text


def test_a_proposal_sent_back_can_be_made_again(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        rows = [{"body_id": "B", "name": "示范主体", "town_id": town.scenario.towns[0].town_id, "kind": "farmer"}]
        apply_changes(db.session, propose(db.session, {"collecting_bodies": rows}, withdraw_missing=False).changes)
        body = db.session.scalars(select(CollectingBody)).one()
        for day in (town.day, town.day):
            propose_filing(db.session, body, day=day)
            assert filing_state(body) is FilingState.PROPOSED
            send_back(db.session, body)
        propose_filing(db.session, body, day=town.day)
        confirm_filing(db.session, body, number=None, day=town.day)
        assert filing_state(body) is FilingState.FILED


def test_a_yard_shows_its_deposit_and_a_class_what_the_law_allows(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        yard = db.session.scalars(select(TransferYard)).first()
        truck_class = db.session.scalars(select(TruckClass)).first()
        assert yard is not None
        assert truck_class is not None
        rows = {
            "yards": [{"yard_id": yard.yard_id, "land_kind": "agricultural_facility", "area_mu": 3.0}],
            "truck_classes": [{"truck_class": truck_class.truck_class, "axles": 2, "gross_limit_t": 19.5}],
        }
        apply_changes(db.session, propose(db.session, rows, withdraw_missing=False).changes)
        db.session.commit()
        yard_id, class_id = yard.yard_id, truck_class.truck_class
    browser = member(county_app, "dispatcher")
    assert "20,000.10" in browser.get(f"/registry/yards/{yard_id}").text
    page = browser.get(f"/registry/truck_classes/{class_id}").text
    assert "19.5" in page
    assert "超限运输车辆行驶公路管理规定" in page


def test_a_long_list_of_choices_is_searched(county_app: Flask, town: PlannedTown) -> None:
    browser = member(county_app, "dispatcher")
    grower = town.scenario.fields[0].grower
    found = browser.get(f"/data/registry/choices/growers?field=grower_id&grower_id={grower}").text
    assert f">{grower}</option>" in found
    assert browser.get("/data/registry/choices/growers?field=grower_id&grower_id=").text.strip() == ""


def test_what_is_searched_is_taken_by_code_or_by_a_name_that_only_one_bears(
    county_app: Flask, town: PlannedTown
) -> None:
    own = town.scenario.towns[0].town_id
    with county_app.app_context():
        rows = [{"grower_id": f"N{n:03d}", "name": f"示范新户{n // 2:03d}", "town_id": own} for n in range(199)]
        apply_changes(db.session, propose(db.session, {"growers": rows}, withdraw_missing=False).changes)
        db.session.commit()
    browser = member(county_app, "dispatcher")
    address = f"/registry/fields/{town.scenario.fields[0].field_id}/change"
    opened = form_of(browser, address)
    assert 'list="grower_id-options"' in browser.get(address).text
    for typed, code in {"N001": "N001", "示范新户099": "N198"}.items():
        opened = form_of(browser, address)
        assert browser.post(address, data=opened | {"grower_id": typed}).status_code == 302
        with county_app.app_context():
            chosen = select(FarmField.grower_id).where(FarmField.field_id == town.scenario.fields[0].field_id)
            assert db.session.scalar(chosen) == code
    for typed in ("示范新户001", "N999"):
        answer = browser.post(address, data=form_of(browser, address) | {"grower_id": typed})
        assert answer.status_code == 422
        assert 'id="grower_id-error"' in answer.text
    listed = browser.get("/registry/fields?grower_id=N198").text
    assert '<small class="number">1</small>' in listed
    assert "示范新户099" in listed


def token(browser: FlaskClient, **data: str) -> dict[str, str]:
    """A form's token, with what else it sends."""
    page = browser.get("/").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return {"csrf_token": found[1], **data}
