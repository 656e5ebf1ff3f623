"""Checklists: everything that the drawing of a yard cannot show, with sources, kept as they were."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from yard_rules.audiences import Audience
from yard_rules.checklists import (
    CHECKLISTS_FOLDER,
    ListKind,
    Per,
    Photo,
    checklist,
    checklist_book,
    checklists_by,
    failed_item,
    next_inspection,
    read_checklists,
)
from yard_rules.finding import Severity
from yard_rules.rulebook import NoFigure

TODAY = date(2026, 11, 12)

# What annex 1 and 2 demand and the drawing cannot show, and an item that looks at it.
DEMANDED = {
    "H27": ["roof_tight", "ventilated", "wiring_in_conduit", "lighting_works", "sprinklers_work", "no_open_flame"],
    "H28": ["meter_ready", "scale_ready", "grabber_ready"],
    "H29": ["cameras_see", "cameras_linked"],
    "H30": ["watch_manned", "ledgers_kept"],
    "H31": ["gate_kept", "no_fire_signs", "fence_whole"],
    "H32": ["strip_clear", "strip_level"],
    "H33": ["ways_between_stacks"],
    "H34": ["lamps_away"],
    "H35": ["hydrants_ready", "pond_full", "pump_starts", "hoses_whole"],
    "H36": ["extinguishers_ready"],
    "H37": ["stack_covered", "cover_hardly_burns", "retardant_valid"],
    "H38": ["spark_arresters", "static_discharged", "no_smoking", "trucks_stay_out", "hot_work_permit"],
    "H39": ["rounds_done", "dangers_dealt_with"],
    "H12": ["plant_agreed"],
}

# The lists of 1 December 2026. An item whose day has come is not changed in its row: it gets a new row with its own
# `since`, and these stay as they are.
DIGESTS: dict[ListKind, str] = {
    ListKind.DAILY: "a4214e047d73f51be387478719b4653176432985e158e4a42fcc9c971b54c6a7",
    ListKind.WEEKLY: "9310fbd6b7fbe757117a37c7f6547a7d7a88b5371e23f0064ce7d175c1ccd4c2",
    ListKind.MONTHLY_EQUIPMENT: "5f5bdcca264391ff23bcdb1ed4d37a7e9fb429e07353460ca77e17df58d17396",
    ListKind.BEFORE_SEASON: "56443b84c73f9e9860f0c9ef53d97accfa0b125323ba3c2f3c46aadb53b6ab18",
    ListKind.TOWN_VISIT: "e3cba2c0395f6a59f53a082ce8cc9a043c52624e5fbc1201fa4a57c0979b1a1f",
    ListKind.BRIGADE_VISIT: "2b34d22540be73daafc915099b826ade320cb6ceb013ff2c9ffab6919dc6c3b2",
    ListKind.PLANT_VISIT: "4ff6bbd67b58b2c99f5a256a1d6f44564b5edf98d74dab865e56612a598a4ba1",
}


def changed(tmp_path: Path, old: str, new: str, file: str = "items.toml") -> Path:
    folder = tmp_path / "checklists"
    shutil.copytree(CHECKLISTS_FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize("demand", DEMANDED)
def test_every_demand_that_the_drawing_cannot_show_is_looked_at(demand: str) -> None:
    items = {item.item_id: item for kind in ListKind for item in checklist(kind, TODAY).items}
    for item_id in DEMANDED[demand]:
        assert any(it.source.startswith(f"{demand},") and it.verified for it in items[item_id].sources), item_id


def test_every_list_has_items_and_who_goes_through_it() -> None:
    lists = [checklist(kind, TODAY) for kind in ListKind]
    assert all(it.items and it.by and it.title for it in lists)
    assert {audience for it in lists for audience in it.by} >= {
        Audience.ATTENDANT,
        Audience.TOWN,
        Audience.BRIGADE,
        Audience.PLANT,
        Audience.FRANCHISE,
    }
    # Somebody does it every day: not more than fits in half an hour.
    assert len(checklist(ListKind.DAILY, TODAY).items) <= 30


def test_everybody_has_their_own_lists() -> None:
    def kinds(audience: Audience) -> set[ListKind]:
        return {it.kind for it in checklists_by(audience, TODAY)}

    assert kinds(Audience.ATTENDANT) == {ListKind.DAILY}
    assert kinds(Audience.TOWN) == {ListKind.TOWN_VISIT, ListKind.BEFORE_SEASON}
    assert kinds(Audience.BRIGADE) == {ListKind.BRIGADE_VISIT, ListKind.BEFORE_SEASON}
    assert kinds(Audience.PLANT) == {ListKind.PLANT_VISIT, ListKind.BEFORE_SEASON}
    assert kinds(Audience.CITY) == set()


def test_items_of_things_that_a_yard_has_not_are_not_asked() -> None:
    daily = checklist(ListKind.DAILY, TODAY)
    bare = daily.items_for([Per.STACK])
    assert {item.per for item in bare} == {Per.YARD, Per.STACK}
    assert len(daily.items_for(list(Per))) == len(daily.items)


def test_an_item_that_fails_becomes_a_finding_with_its_sources() -> None:
    items = {item.item_id: item for item in checklist(ListKind.WEEKLY, TODAY).items}
    wiring = failed_item(items["wiring_in_conduit"], "Y01")
    assert (wiring.rule, wiring.subject, wiring.severity) == ("checklist_wiring_in_conduit", ("Y01",), Severity.BLOCKS)
    assert (wiring.bases[0].source, wiring.ask_brigade) == ("H27, 附件1 第4条", False)
    cover = failed_item(items["stack_covered"], "Y01", "S3")
    assert (cover.subject, cover.severity, cover.mend_days) == (("Y01", "S3"), Severity.MEND, 3)
    sign = failed_item(items["bay_signs"], "Y01", "S3")
    assert (sign.severity, sign.ask_brigade) == (Severity.ADVICE, True)


def test_what_the_plan_demands_is_what_binds() -> None:
    lamps = next(item for item in checklist(ListKind.WEEKLY, TODAY).items if item.item_id == "lamps_away")
    assert [it.verified for it in failed_item(lamps, "Y01").bases] == [True, False]


def test_photos_are_needed_where_only_a_photo_proves_it() -> None:
    items = {item.item_id: item.photo for kind in ListKind for item in checklist(kind, TODAY).items}
    assert {items["strip_clear"], items["wiring_in_conduit"]} == {Photo.NEEDED}
    assert set(items.values()) == set(Photo)


@pytest.mark.parametrize("kind", ListKind)
def test_lists_of_the_past_do_not_change(kind: ListKind) -> None:
    assert checklist(kind, date(2026, 12, 1)).digest == DIGESTS[kind]


def test_a_new_wording_holds_from_its_day_on_and_past_inspections_keep_theirs(tmp_path: Path) -> None:
    text = (CHECKLISTS_FOLDER / "items.toml").read_text(encoding="utf-8")
    row = text[text.index('[[items]]\nid = "gate_kept"') : text.index('[[items]]\nid = "no_fire_signs"')]
    newer = row.replace("2023-01-01", "2027-03-01").replace('severity = "mend"\nmend_days = 1', 'severity = "blocks"')
    given_up = newer.replace("since = 2027-03-01", "since = 2028-01-01\nuntil = 2028-06-30")
    book = read_checklists(changed(tmp_path, row, row + newer + given_up))

    def gate(day: date) -> Severity | None:
        held = [it for it in checklist(ListKind.DAILY, day, book).items if it.item_id == "gate_kept"]
        return held[0].severity if held else None

    first = date(2027, 3, 1)
    assert gate(first - timedelta(days=1)) is Severity.MEND
    assert gate(first) is Severity.BLOCKS
    assert gate(date(2028, 6, 30)) is Severity.BLOCKS
    assert gate(date(2028, 7, 1)) is None
    assert checklist(ListKind.DAILY, TODAY, book).digest == checklist(ListKind.DAILY, TODAY).digest
    assert checklist(ListKind.DAILY, first, book).digest != checklist(ListKind.DAILY, TODAY).digest


def test_there_is_no_list_before_the_plan() -> None:
    with pytest.raises(NoFigure):
        checklist(ListKind.DAILY, date(2022, 12, 31))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('photo = "none"', 'photo = "perhaps"'),
        ('severity = "mend"\nmend_days = 1', 'severity = "mend"'),
        ('severity = "mend"\nmend_days = 1', 'severity = "blocks"\nmend_days = 1'),
        ("mend_days = 1", "mend_days = 0"),
        ('lists = ["daily", "town_visit", "plant_visit"]', 'lists = ["daily", "daily"]'),
        ('lists = ["daily", "town_visit", "plant_visit"]', "lists = []"),
        ('words = "Nobody', 'says = "Nobody'),
        ("since = 2023-01-01", 'since = "2023"'),
        ('sources = [{ source = "H31, 附件2 第1条", verified = true }]', "sources = []"),
        ('source = "H31, 附件2 第1条"', 'source = " "'),
        ('per = "yard"', 'per = "moon"'),
    ],
)
def test_an_item_that_is_not_whole_is_refused_by_name(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ValueError, match="item gate_kept"):
        read_checklists(changed(tmp_path, old, new))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    folder = changed(tmp_path, 'photo = "none"', 'photo = "perhaps"')
    lists = (folder / "lists.toml").read_text(encoding="utf-8")
    broken = lists.replace("every_days = 1\n", "every_days = 0\n").replace("[weekly]", "[sometimes]")
    (folder / "lists.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"list daily.*list sometimes.*list daily: missing.*list weekly: missing.*item"
    ):
        read_checklists(folder)


def test_an_item_cannot_have_two_wordings_on_one_day(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="gate_kept: two rows"):
        read_checklists(changed(tmp_path, 'id = "no_fire_signs"', 'id = "gate_kept"'))


def test_a_list_is_due_again_after_its_days() -> None:
    daily, season = checklist(ListKind.DAILY, TODAY), checklist(ListKind.BEFORE_SEASON, TODAY)
    assert next_inspection(daily, last=TODAY, since=TODAY) == TODAY + timedelta(days=1)
    assert next_inspection(daily, last=None, since=TODAY) == TODAY
    # Of a yard that stood empty meanwhile nothing was asked.
    assert next_inspection(daily, last=TODAY - timedelta(days=90), since=TODAY) == TODAY
    begins = date(2027, 5, 10)
    due = date(2027, 4, 26)
    assert next_inspection(season, last=TODAY, since=TODAY, season_begins=begins) == due
    assert next_inspection(season, last=due - timedelta(days=10), since=TODAY, season_begins=begins) is None
    assert next_inspection(season, last=None, since=TODAY) is None


def test_every_word_of_the_lists_is_used_once() -> None:
    rows = [item for held in checklist_book().items.values() for item in held]
    words = [item.words for item in rows]
    assert len(set(words)) == len(words)
