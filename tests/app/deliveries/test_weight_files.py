"""Plants' weights from a file: every fault at once with its row and column, all of it or nothing, and only once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.clock import business_day
from app.database.engine import db
from app.deliveries.models import PlantWeight, PlantWeightFile, Side
from app.deliveries.queries import DeliveryState
from app.deliveries.weight_files import JudgedFile, LineKind, judge_weight_file, take_in_weights
from app.errors import BAD_WEIGHT_FILE, FILE_TAKEN_IN
from app.intake.models import WeighTicket
from tests.app.deliveries.people import speaking
from tests.app.deliveries.road import Road
from tests.app.deliveries.test_disputes import refused

HEADINGS = "出场磅单号,企业净重（千克）,过磅日期,含水率（%）,企业磅单号,更正原因"


def file_of(*lines: str) -> bytes:
    return "\n".join([HEADINGS, *lines]).encode("utf-8-sig")


def number_of(road: Road, load: str) -> str:
    with road.app.app_context():
        return db.session.get_one(WeighTicket, load).number


def judged(road: Road, data: bytes, plants: list[str] | None = None) -> JudgedFile:
    with road.app.app_context():
        return judge_weight_file(db.session, data, plants)


def taken_in(road: Road, data: bytes, plants: list[str] | None = None) -> int:
    with speaking(road.app, "Li"):
        return take_in_weights(db.session, data, name="weights.csv", side=Side.COMPANY, plants=plants).weights


def rows_kept(road: Road) -> tuple[int, int]:
    with road.app.app_context():
        return db.session.query(PlantWeight).count(), db.session.query(PlantWeightFile).count()


def test_a_file_brings_weights_of_many_loads_once(road: Road) -> None:
    today = business_day()
    one, two = road.sent(6_000), road.sent(6_000, plate="浙F54321")
    data = file_of(
        f"{number_of(road, one)},5990,{today},20.5,A-17,",
        f"{number_of(road, two)},5.0吨,{today},,,",
    )
    assert [line.kind for line in judged(road, data).lines] == [LineKind.NEW, LineKind.NEW]
    assert taken_in(road, data) == 2
    assert (road.one(one).plant_kg, road.one(one).moisture_permille) == (5_990, 205)
    assert (road.one(two).plant_kg, road.one(two).state) == (5_000, DeliveryState.DISPUTED)
    with refused(FILE_TAKEN_IN):
        taken_in(road, data)
    assert rows_kept(road) == (2, 1)


def test_what_a_file_says_again_is_left_as_it_is_and_a_correction_says_why(road: Road) -> None:
    today = business_day()
    one, two = road.sent(6_000), road.sent(6_000, plate="浙F54321")
    taken_in(road, file_of(f"{number_of(road, one)},5990,{today},,,"))
    again = f"{number_of(road, one)},5990,{today},,,"
    new = f"{number_of(road, two)},5980,{today},,,"
    assert [line.kind for line in judged(road, file_of(again, new)).lines] == [LineKind.KNOWN, LineKind.NEW]
    assert taken_in(road, file_of(again, new)) == 1
    [fault] = judged(road, file_of(f"{number_of(road, one)},5900,{today},,,")).faults
    assert (fault.row, fault.heading) == (2, "更正原因")
    assert taken_in(road, file_of(f"{number_of(road, one)},5970,{today},,,误读")) == 1
    assert road.one(one).plant_kg == 5_970


def test_every_fault_is_told_with_row_and_column_and_nothing_is_stored(road: Road) -> None:
    today = business_day()
    good, weighed, void = road.sent(6_000), road.sent(6_000, plate="浙F54321"), road.sent(6_000, plate="浙F00001")
    road.arrived(6_000, plate="浙F54321")
    road.yard.void(void)
    numbers = [number_of(road, load) for load in (good, weighed, void)]
    data = file_of(
        f"{numbers[0]},5990,{today},,,",
        f"{numbers[0]},5990,{today},,,",
        f"nobody-0001,5990,{today},,,",
        f"{numbers[1]},5990,{today},,,",
        f"{numbers[2]},5990,{today},,,",
        f"{numbers[2]}x,heavy,never,101,,",
    )
    found = judged(road, data)
    assert not found.can_be_taken_in
    assert {(fault.row, fault.heading) for fault in found.faults} == {
        (3, "出场磅单号"),
        (4, "出场磅单号"),
        (5, "出场磅单号"),
        (6, "出场磅单号"),
        (7, "企业净重（千克）"),
        (7, "过磅日期"),
        (7, "含水率（%）"),
    }
    with refused(BAD_WEIGHT_FILE):
        taken_in(road, data)
    late = file_of(f"{numbers[0]},5990,{today + timedelta(days=1)},,,")
    assert [fault.heading for fault in judged(road, late).faults] == ["过磅日期"]
    assert rows_kept(road) == (0, 0)


@pytest.mark.parametrize("data", [b"", b"nothing\n1\n", HEADINGS.encode(), b"\x00\x01"])
def test_what_is_no_such_file_is_not_taken_in(road: Road, data: bytes) -> None:
    assert not judged(road, data).can_be_taken_in
    with refused(BAD_WEIGHT_FILE):
        taken_in(road, data)


def test_a_plant_does_not_weigh_the_loads_of_another(road: Road) -> None:
    load = road.sent(6_000)
    data = file_of(f"{number_of(road, load)},5990,{business_day()},,,")
    assert [fault.row for fault in judged(road, data, ["another"]).faults] == [2]
    with refused(BAD_WEIGHT_FILE):
        taken_in(road, data, ["another"])
    assert taken_in(road, data, [road.plant_id]) == 1
