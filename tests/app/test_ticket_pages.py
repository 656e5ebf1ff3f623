"""The office's view of the gate: the queue, the list of tickets, one ticket, voiding by two, refused records, and the
page behind the QR code."""

from __future__ import annotations

import hashlib
import io
import json
import re
from base64 import b64encode
from datetime import timedelta
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_account
from app.accounts.scope import Scope
from app.clock import business_day, now
from app.database.engine import db
from app.intake.models import TicketVoid, VoidRequest, WeighTicket
from app.intake.queries import Stage, numbers_of_day, open_loads, whole_ticket
from app.intake.record_models import GateRecord, RefusedRecord
from app.intake.remark_texts import REMARK_TEXTS, remark_text
from app.intake.remarks import RemarkKind
from app.intake.ticket_lists import Mark, TicketFilters, TicketState, marks_of, ticket_rows, ticket_sums
from app.intake.weight_evidence import weight_curve
from app.tablet.plan_against_weighed import PlannedVisit, VisitState, plan_against_weighed
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet, id_of
from tests.conftest import PASSWORD, csrf_token, log_in


@pytest.fixture
def tablet(county_app: Flask, town: PlannedTown) -> GateTablet:
    return gate_tablet(county_app, ("yard", town.scenario.yards[0].yard_id))


def somebody(app: Flask, role: str, *places: tuple[str, str], name: str = "") -> FlaskClient:
    """A browser in which somebody with this role at these places is logged in."""
    email = f"{role}{len(places)}{name}@tests.example".lower()
    with app.app_context():
        account = open_account(db.session, email=email, name=name or role, password=PASSWORD, role_names=[role])
        account.places = [AccountPlace(kind=kind, place_id=place_id) for kind, place_id in places]
        db.session.commit()
    return log_in(app, email)


def number_of(tablet: GateTablet, text: str) -> str:
    with tablet.app.app_context():
        return db.session.scalars(select(WeighTicket.number).where(WeighTicket.id == id_of(text))).one()


def closed_ticket(tablet: GateTablet, plate: str = "浙F12345") -> str:
    texts = tablet.whole_ticket(plate)
    tablet.send(*texts)
    return number_of(tablet, texts[0])


def post(browser: FlaskClient, address: str, page: str, **fields: str):
    return browser.post(address, data={"csrf_token": csrf_token(browser, page), **fields})


def test_a_truck_stands_in_the_queue_until_it_is_weighed_out(tablet: GateTablet) -> None:
    first = tablet.opening("浙F11111", made_at=now() - timedelta(minutes=25))
    second = tablet.opening("浙F22222", kg=None)
    tablet.send(first, second)
    with tablet.app.app_context():
        loads = open_loads(db.session, None, now())
        assert [(load.ticket.plate, load.stage) for load in loads] == [
            ("浙F11111", Stage.WEIGHED),
            ("浙F22222", Stage.AT_THE_GATE),
        ]
        assert loads[0].waited_min == 25
    tablet.send(tablet.sample(id_of(first)))
    with tablet.app.app_context():
        assert open_loads(db.session, None, now())[0].stage is Stage.SAMPLED
    tablet.send(tablet.closing(id_of(first)))
    browser = log_in(tablet.app)
    page = browser.get("/data/gate/queue").text
    assert "浙F22222" in page
    assert "浙F11111" not in page.split('id="eyes"')[0].split('id="on-yard"')[1]
    with tablet.app.app_context():
        numbers = numbers_of_day(db.session, None, business_day())[tablet.place]
        assert (numbers.loads, numbers.net_kg, numbers.moisture_permille, numbers.open_now) == (1, 3_500, 190, 1)


def test_a_load_that_is_sent_back_weighs_nothing_and_is_counted_apart(tablet: GateTablet) -> None:
    first = tablet.opening()
    tablet.send(first, tablet.closing(id_of(first), kg=None, outcome="sent_back", reason="too wet"))
    closed_ticket(tablet, "浙F22222")
    with tablet.app.app_context():
        numbers = numbers_of_day(db.session, None, business_day())[tablet.place]
        assert (numbers.loads, numbers.sent_back, numbers.net_kg) == (1, 1, 3_500)
        sums = ticket_sums(db.session, None, TicketFilters())
        assert (sums.tickets, sums.loads, sums.net_kg, sums.bales) == (2, 1, 3_500, 30)
        rows = ticket_rows(db.session, None, TicketFilters(state="sent_back"))
        assert [row.state for row in rows] == [TicketState.SENT_BACK]
    assert "too wet" in log_in(tablet.app).get(f"/tickets/{number_of(tablet, first)}").text


@pytest.mark.parametrize(
    ("role", "place", "sees_it", "other"),
    [
        ("dispatcher", None, True, True),
        ("finance", None, True, True),
        ("city_official", None, True, True),
        ("yard_manager", "yard", True, False),
        ("attendant", "yard", True, False),
        ("yard_manager", "other yard", False, True),
        ("town_official", "town", True, False),
        ("town_official", "other town", False, False),
        ("plant", "plant", False, False),
    ],
)
def test_whoever_belongs_to_a_place_sees_its_tickets_and_no_others(
    tablet: GateTablet, town: PlannedTown, role: str, place: str | None, sees_it: bool, other: bool
) -> None:
    yards, plant = town.scenario.yards, town.scenario.plants[0].plant_id
    here = town.scenario.towns[0].town_id
    first = tablet.opening(origin={"field_ids": [], "town_id": here})
    tablet.send(first)
    there = gate_tablet(tablet.app, ("yard", yards[1].yard_id), "Gate 2")
    second = there.opening("浙F22222")
    there.send(second)
    places = {
        None: [],
        "yard": [("yard", yards[0].yard_id)],
        "other yard": [("yard", yards[1].yard_id)],
        "town": [("town", here)],
        "other town": [("town", "000")],
        "plant": [("plant", plant)],
    }[place]
    browser = somebody(tablet.app, role, *places)
    for text, may_see in ((first, sees_it), (second, other)):
        number = number_of(tablet, text)
        for address in (f"/tickets/{number}",):
            assert browser.get(address).status_code == (200 if may_see else 404), address
        assert (number in browser.get("/tickets").text) is may_see
        assert (number in browser.get("/gate").text) is may_see


def test_a_plant_sees_what_is_on_the_way_to_it(tablet: GateTablet, town: PlannedTown) -> None:
    plant = town.scenario.plants[0].plant_id
    tablet.send(tablet.opening("浙F33333", purpose="linehaul_out", destination_id=plant, kg=5_000))
    browser = somebody(tablet.app, "plant", ("plant", plant))
    assert "浙F33333" in browser.get("/tickets").text


def test_only_whoever_meets_drivers_reads_their_names_and_signatures(tablet: GateTablet) -> None:
    first = tablet.opening(vehicle={"plate": "浙F12345", "driver": "Made-up Driver"})
    tablet.send(first)
    number = number_of(tablet, first)
    assert "Made-up Driver" in somebody(tablet.app, "yard_manager", tablet.place).get(f"/tickets/{number}").text
    for role in ("finance", "city_official"):
        assert "Made-up Driver" not in somebody(tablet.app, role).get(f"/tickets/{number}").text


def test_a_ticket_shows_its_weights_readings_reckoning_frames_and_chain(tablet: GateTablet) -> None:
    first = tablet.opening()
    tablet.send(first, tablet.sample(id_of(first), 400, 410, 400, 410, 400, 410), tablet.closing(id_of(first)))
    number = number_of(tablet, first)
    page = log_in(tablet.app).get(f"/tickets/{number}").text
    for shown in ("12,460 kg", "8,960 kg", "3,500 kg", "02 2b 30 31", "<polyline", "40.5 %", "H6"):
        assert shown in page, shown
    assert "3,500 kg × 595 / 700 = 2,975 kg" in page
    with tablet.app.app_context():
        for record in db.session.scalars(select(GateRecord)):
            assert record.record_hash[:12] in page


def test_a_list_is_filtered_by_day_plate_mark_remark_and_words(tablet: GateTablet) -> None:
    closed_ticket(tablet, "浙F11111")
    typed = tablet.opening("浙F22222", kg=None, weighing={"source": "typed", "kg": 9_000, "reason": "cable broken"})
    tablet.send(typed)
    today = business_day()
    with tablet.app.app_context():

        def plates(**asked: object) -> list[str]:
            return sorted(row.plate for row in ticket_rows(db.session, None, TicketFilters(**asked)))

        assert plates() == ["浙F11111", "浙F22222"]
        assert plates(from_day=today, to_day=today) == ["浙F11111", "浙F22222"]
        assert plates(to_day=today - timedelta(days=1)) == []
        assert plates(plate="f222") == ["浙F22222"]
        assert plates(mark=Mark.TYPED) == plates(remark=RemarkKind.TYPED_WEIGHT) == ["浙F22222"]
        assert plates(mark=Mark.ESTIMATED) == plates(mark=Mark.LATE) == []
        assert plates(sought="11111") == ["浙F11111"]
        assert plates(sought="100%") == []
        assert plates(state="open") == ["浙F22222"]
        assert plates(place=":".join(tablet.place)) == ["浙F11111", "浙F22222"]
        assert plates(place="yard:elsewhere") == []
        rows = ticket_rows(db.session, None, TicketFilters())
        marks = marks_of(db.session, rows)
        assert {row.plate: marks[row.id] for row in rows} == {
            "浙F11111": [],
            "浙F22222": [Mark.TYPED, Mark.NOT_FOR_TRADE][:1],
        }
    browser = log_in(tablet.app)
    assert "浙F11111" not in browser.get("/tickets?mark=typed&sort=-net_kg").text
    assert browser.get("/tickets?from=nonsense&sort=nothing&page=99&mark=x&state=y").status_code == 200


def test_a_workbook_holds_both_weights_and_no_formula(tablet: GateTablet) -> None:
    first = tablet.opening(origin={"field_ids": [], "grower": "=1+1"})
    tablet.send(first, tablet.sample(id_of(first)), tablet.closing(id_of(first)))
    answer = log_in(tablet.app).get("/tickets.xlsx")
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert {12_460, 8_960, 3_500, 19} <= {value for value in row if isinstance(value, (int, float))}
    assert "=1+1" in row
    assert len(head) == len(row)
    with ZipFile(io.BytesIO(answer.data)) as workbook:
        assert b"<f>" not in workbook.read("xl/worksheets/sheet1.xml")


def test_a_ticket_becomes_void_when_a_second_person_agrees(tablet: GateTablet) -> None:
    number = closed_ticket(tablet)
    page = f"/tickets/{number}"
    asker = somebody(tablet.app, "yard_manager", tablet.place, name="Asker")
    assert post(asker, f"{page}/void", page, reason=" ").status_code == 422
    assert post(asker, f"{page}/void", page, reason="wrong truck").status_code == 302
    assert post(asker, f"{page}/void/agree", page).status_code == 409
    elsewhere = somebody(tablet.app, "yard_manager", ("yard", "elsewhere"), name="Elsewhere")
    assert post(elsewhere, f"{page}/void/agree", "/gate").status_code == 404
    assert post(somebody(tablet.app, "finance"), f"{page}/void/agree", page).status_code == 403
    agreer = log_in(tablet.app)
    assert "wrong truck" in agreer.get("/gate").text
    assert post(agreer, f"{page}/void/agree", page).status_code == 302
    assert post(agreer, f"{page}/void/agree", page).status_code in (404, 409, 410)
    with tablet.app.app_context():
        void, asked = (db.session.scalars(select(model)).one() for model in (TicketVoid, VoidRequest))
        assert (asked.asked_name, void.agreed_name) == ("Asker", "Tester")
        kinds = db.session.scalars(select(GateRecord.kind).order_by(GateRecord.position)).all()
        assert kinds[-2:] == ["void_request", "void"]
        assert ticket_sums(db.session, None, TicketFilters()).net_kg == 0
    assert "wrong truck" in agreer.get(page).text


def test_a_ticket_that_replaces_a_void_one_says_so_on_both_pages(tablet: GateTablet) -> None:
    texts = tablet.whole_ticket()
    tablet.send(*texts)
    tablet.void(id_of(texts[0]))
    second = tablet.opening(replaces=id_of(texts[0]))
    tablet.send(second)
    old, new = number_of(tablet, texts[0]), number_of(tablet, second)
    browser = log_in(tablet.app)
    assert f"/tickets/{new}" in browser.get(f"/tickets/{old}").text
    assert f"/tickets/{old}" in browser.get(f"/tickets/{new}").text


def test_a_photo_is_shown_to_whoever_sees_the_ticket_and_the_signature_to_fewer(tablet: GateTablet) -> None:
    pictures = []
    for grey in (10, 200):
        content = io.BytesIO()
        Image.new("RGB", (4, 4), (grey, grey, grey)).save(content, "PNG")
        pictures.append(content.getvalue())
    photo, signature = (hashlib.sha256(content).hexdigest() for content in pictures)
    first = tablet.opening()
    closing = tablet.closing(id_of(first), photos=[photo], signature=signature)
    tablet.send(first, tablet.sample(id_of(first)), closing)
    number = number_of(tablet, first)
    browser, finance = log_in(tablet.app), somebody(tablet.app, "finance")
    assert browser.get(f"/tickets/{number}/attachments/{photo}").status_code == 404
    for sha, content in ((photo, pictures[0]), (signature, pictures[1])):
        tablet.browser.put(f"/data/tablet/attachments/{sha}", data=content, headers=tablet.header)
    for who, statuses in ((browser, (200, 200)), (finance, (200, 404))):
        for sha, status in zip((photo, signature), statuses, strict=True):
            answer = who.get(f"/tickets/{number}/attachments/{sha}")
            assert answer.status_code == status
    other = closed_ticket(tablet, "浙F22222")
    assert browser.get(f"/tickets/{other}/attachments/{photo}").status_code == 404
    assert browser.get(f"/tickets/{number}/attachments/{photo}").content_type == "image/png"


def test_a_refused_record_is_seen_and_settled_with_a_note(tablet: GateTablet) -> None:
    texts = tablet.whole_ticket()
    tablet.send(*texts)
    tablet.send(tablet.closing(id_of(texts[0])))
    browser = somebody(tablet.app, "yard_manager", tablet.place)
    assert "closing" in browser.get("/records/refused").text
    other = somebody(tablet.app, "yard_manager", ("yard", "elsewhere"), name="Elsewhere")
    with tablet.app.app_context():
        refused = db.session.scalars(select(RefusedRecord)).one()
        settle = f"/records/refused/{refused.id}/settle"
    assert post(other, settle, "/records/import", note="mine").status_code == 404
    assert post(browser, settle, "/records/refused", note="").status_code == 422
    assert post(browser, settle, "/records/refused", note="weighed twice by mistake").status_code == 302
    with tablet.app.app_context():
        db.session.expire_all()
        refused = db.session.scalars(select(RefusedRecord)).one()
        assert (refused.settled_by, refused.settled_how) == ("yard_manager", "weighed twice by mistake")
    assert "weighed twice by mistake" in browser.get("/records/refused?state=settled").text


def saved_file(tablet: GateTablet, *texts: str, **more: object) -> bytes:
    whole = {"format": "strawline-gate-records", "version": 1, "device": {"id": tablet.id}, "records": texts, **more}
    return json.dumps(whole).encode()


def test_a_tablets_file_is_taken_in_once(tablet: GateTablet) -> None:
    content = io.BytesIO()
    Image.new("RGB", (4, 4)).save(content, "PNG")
    picture = {
        "sha256": hashlib.sha256(content.getvalue()).hexdigest(),
        "base64": b64encode(content.getvalue()).decode(),
    }
    no_picture = {"sha256": "0" * 64, "base64": "AAAA"}
    file = saved_file(tablet, *tablet.whole_ticket(), attachments=[picture, no_picture])
    browser = somebody(tablet.app, "yard_manager", tablet.place)

    def take_in(content: bytes, who: FlaskClient = browser):
        fields = {
            "csrf_token": csrf_token(who, "/records/import"),
            "device": "",
            "file": (io.BytesIO(content), "a.json"),
        }
        return who.post("/records/import", data=fields, content_type="multipart/form-data")

    assert take_in(file).status_code == 200
    assert take_in(file).status_code == 200
    with tablet.app.app_context():
        assert len(db.session.scalars(select(WeighTicket)).all()) == 1
        assert len(db.session.scalars(select(GateRecord)).all()) == 3
    for bad in (b"", b"{}", b"\xff\xfe", saved_file(tablet), b'{"records": 5}', b"[" * 100_000):
        assert take_in(bad).status_code == 422
    other = somebody(tablet.app, "yard_manager", ("yard", "elsewhere"), name="Elsewhere")
    assert take_in(file, other).status_code == 404


def test_the_page_behind_the_qr_code_tells_the_figures_and_nobodys_name(tablet: GateTablet) -> None:
    first = tablet.opening(
        vehicle={"plate": "浙F12345", "driver": "Made-up Driver"}, origin={"field_ids": [], "grower": "Made-up Grower"}
    )
    tablet.send(first, tablet.sample(id_of(first)), tablet.closing(id_of(first)))
    anybody = tablet.app.test_client()
    page = anybody.get(f"/v/{id_of(first)}").text
    number = number_of(tablet, first)
    with tablet.app.app_context():
        closing_record = db.session.scalars(select(GateRecord).where(GateRecord.kind == "closing")).one()
        for shown in (number, "3.500 t", "19.0 %", "…345", closing_record.record_hash[:12]):
            assert shown in page, shown
    for hidden in ("Made-up", "F12345", "Attendant", closing_record.record_hash[:13]):
        assert hidden not in page, hidden


def test_the_page_behind_the_qr_code_says_what_speaks_against_a_ticket(tablet: GateTablet) -> None:
    number = closed_ticket(tablet)
    page = f"/tickets/{number}"
    post(somebody(tablet.app, "yard_manager", tablet.place), f"{page}/void", page, reason="wrong truck")
    browser = log_in(tablet.app)
    browser.post("/language/en", data={"csrf_token": csrf_token(browser, page)})
    post(browser, f"{page}/void/agree", page)
    with tablet.app.app_context():
        ticket_id = db.session.scalars(select(WeighTicket.id)).one()
    shown = browser.get(f"/v/{ticket_id}").text
    assert "void: it counts no more" in shown
    assert "wrong truck" not in shown


def test_an_unknown_code_may_only_not_have_come_yet_and_is_not_to_be_guessed(county_app: Flask) -> None:
    anybody = county_app.test_client()
    unknown = "0193b1c2-0000-7000-8000-000000000001"
    assert anybody.get(f"/v/{unknown}").status_code == 404
    answers = [anybody.get(f"/v/{unknown[:-3]}{number:03d}").status_code for number in range(110)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_every_remark_has_words_in_short_and_with_figures() -> None:
    assert set(REMARK_TEXTS) == set(RemarkKind)


def test_a_remark_is_told_with_its_figures(county_app: Flask) -> None:
    with county_app.test_request_context():
        assert "49,000" in remark_text("overload", {"kg": 52_000, "limit_kg": 49_000})
        assert remark_text("overload", {}) == remark_text("overload")
        assert "3, 4" in remark_text("odd_readings", {"all": [{"hint": "outlier", "bales": [3, 4]}]})
        assert {"2", "20"} <= set(re.findall(r"\d+", remark_text("few_readings", {"done": 2, "asked": 20})))
        assert remark_text("few_readings", {"hint": "too_few_bales", "bales": []}) == remark_text("few_readings")
        assert remark_text("of a newer version", {"x": 1}) == "of a newer version"


def test_a_curve_runs_from_the_empty_scale_to_the_top() -> None:
    curve = weight_curve([0, 5_000, 10_000], 200)
    assert curve is not None
    assert curve.points == "0.0,140.0 300.0,70.0 600.0,0.0"
    assert (curve.most_kg, curve.duration_s) == (10_000, 0.4)
    assert weight_curve([5], 200) is None


def test_somebody_of_two_roles_voids_only_where_the_role_says(tablet: GateTablet) -> None:
    number = closed_ticket(tablet)
    with tablet.app.app_context():
        account = open_account(
            db.session,
            email="both@tests.example",
            name="Both",
            password=PASSWORD,
            role_names=["finance", "yard_manager"],
        )
        account.places = [AccountPlace(kind="yard", place_id="elsewhere")]
        db.session.commit()
    browser = log_in(tablet.app, "both@tests.example")
    page = f"/tickets/{number}"
    assert browser.get(page).status_code == 200
    assert post(browser, f"{page}/void", page, reason="mine").status_code == 403


def test_a_whole_ticket_names_all_of_its_records(tablet: GateTablet) -> None:
    texts = tablet.whole_ticket()
    tablet.send(*texts)
    with tablet.app.app_context():
        ticket = db.session.scalars(select(WeighTicket)).one()
        whole = whole_ticket(db.session, ticket)
        assert [record.id for record in whole.records] == [id_of(text) for text in texts]
        assert list(whole.devices.values()) == ["Gate 1"]
        assert (whole.state, whole.replaces, list(whole.replaced_by)) == (TicketState.CLOSED, None, [])


def test_nobody_without_a_place_sees_a_ticket(tablet: GateTablet) -> None:
    closed_ticket(tablet)
    with tablet.app.app_context():
        assert ticket_rows(db.session, Scope(), TicketFilters()) == []
        assert db.session.scalars(select(Account)).first() is not None


def test_a_days_plan_stands_beside_what_was_weighed(tablet: GateTablet, town: PlannedTown) -> None:
    """The haul came on another day than it was planned for: it stands with its plan all the same."""
    with tablet.app.app_context():
        version, found = plan_against_weighed(db.session, town.day)
        assert version is not None
        planned = [visit for place in found.values() for visit in place.visits]
        assert {visit.state for visit in planned} == {VisitState.MISSING}
        haul = next(visit for visit in planned if visit.purpose == "direct_in")
    plant = gate_tablet(tablet.app, haul.place, "Plant 1")
    first = plant.opening(
        haul.plate[:16], purpose="direct_in", haul={"day": town.day.isoformat(), "haul_id": haul.haul_id}
    )
    plant.send(first)
    with tablet.app.app_context():
        assert of_haul(town, haul.haul_id).state is VisitState.ON_YARD
    plant.send(plant.sample(id_of(first)), plant.closing(id_of(first), outcome="delivered"))
    closed_ticket(tablet, "浙F99999")
    with tablet.app.app_context():
        visit = of_haul(town, haul.haul_id)
        assert (visit.state, visit.weighed_dry_kg) == (VisitState.WEIGHED, 3_500)
        _version, today = plan_against_weighed(db.session, business_day())
        assert [ticket.plate for ticket in today[tablet.place].unplanned] == ["浙F99999"]
        assert sum(place.weighed for place in plan_against_weighed(db.session, town.day)[1].values()) == 1
    page = log_in(tablet.app).get(f"/gate/plan/{town.day}").text
    assert haul.haul_id in page
    assert log_in(tablet.app).get("/gate/plan/nonsense").status_code == 404


def of_haul(town: PlannedTown, haul_id: str) -> PlannedVisit:
    _version, found = plan_against_weighed(db.session, town.day)
    return next(visit for place in found.values() for visit in place.visits if visit.haul_id == haul_id)


def test_the_search_finds_a_ticket_by_its_number_and_plate(tablet: GateTablet) -> None:
    number = closed_ticket(tablet)
    browser = log_in(tablet.app)
    for words in (number, "F12345"):
        assert f"/tickets/{number}" in browser.get("/search", query_string={"q": words}).text
    elsewhere = somebody(tablet.app, "yard_manager", ("yard", "elsewhere"))
    assert f"/tickets/{number}" not in elsewhere.get("/search", query_string={"q": number}).text
