from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from matplotlib.figure import Figure

from app.cli import main
from app.fire_safety.drawings.rule_texts import told_findings
from app.fire_safety.measure_words import measured_words
from app.fire_safety.yard_picture_margins import draw_legend, list_findings
from app.i18n import spoken
from tests.yard_rules.fire.yards import YARDS, added, feature, kept_yard, line
from yard_rules.finding import Finding, Severity
from yard_rules.fire import FireRules, check_yard
from yard_rules.rulebook import rulebook, use_county
from yard_rules.yard_drawing.geojson_in import from_geojson

BEGINNINGS = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["yard", "check", "--day", "2026-11-12", *map(str, arguments)])


@pytest.fixture
def blocked_yard(tmp_path: Path) -> Path:
    content = added(kept_yard(), "wires", "power_line", line((-20, 42.8), (90, 42.8)), pole_height_m=10)
    path = tmp_path / "blocked.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def broken_yard(tmp_path: Path) -> Path:
    content = kept_yard()
    feature(content, "stack-1")["properties"].update(height_m="high", colour="red")
    feature(content, "apron-1")["geometry"] = {"type": "Point", "coordinates": [0, 0]}
    path = tmp_path / "broken.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_yard_that_keeps_every_rule_passes() -> None:
    answer = run(YARDS / "Y01.geojson")
    assert answer.exit_code == 0
    assert "0 blocking, 0 to mend, 0 advice" in answer.output
    assert "Check with the fire brigade" in answer.output
    assert "Mass of a stack: 50,000 kg: estimate" in answer.output


def test_a_blocking_finding_is_told_with_its_sources_and_the_exit_status_says_so(blocked_yard: Path) -> None:
    answer = run(blocked_yard)
    assert answer.exit_code == 1
    assert "Distance to a power line: 9 m of 15 m" in answer.output
    assert "15: GB 50016-2014 10.2.1" in answer.output
    assert "(unverified)" in answer.output
    assert "10: H34" in answer.output


def test_json_holds_every_finding_and_the_legal_capacity(blocked_yard: Path) -> None:
    answer = run(blocked_yard, YARDS / "Y01.geojson", "--json")
    assert answer.exit_code == 1
    blocked, kept = json.loads(answer.stdout)["yards"]
    assert [(it["rule"], it["severity"]) for it in blocked["findings"]] == [("line_distance", "blocks")]
    assert blocked["blocked"]
    assert not kept["blocked"]
    capacity = kept["legal_capacity"]
    assert (capacity["bales"], capacity["mass_kg"]) == (1344, 147840)
    limits = {it["figure"]: (it["value"], it["unit"]) for it in capacity["check_with_brigade"]}
    assert limits["stack_most_m2"] == (150, "m2")
    assert {"stack_most_kg", "layers", "group_most_kg"} <= limits.keys()
    assert all(it["source"] for it in capacity["check_with_brigade"])


def test_a_broken_drawing_is_told_with_all_its_faults(broken_yard: Path, tmp_path: Path) -> None:
    answer = run(broken_yard)
    assert answer.exit_code == 2
    for words in ("stack-1: height_m", "stack-1: colour", "apron-1: geometry"):
        assert words in answer.output
    missing = run(tmp_path / "nowhere.geojson", "--json")
    assert missing.exit_code == 2
    assert json.loads(missing.stdout)["yards"][0]["readable"] is False


def test_a_countys_figures_stand_in_place_of_ours(tmp_path: Path) -> None:
    rules = tmp_path / "county.toml"
    row = '[[stack_gap_m.values]]\nsince = 2026-01-01\nvalue = 5\nsource = "letter"\nverified = true\n'
    rules.write_text('[stack_gap_m]\nunit = "m"\n' + row, encoding="utf-8")
    assert run(YARDS / "Y01.geojson", "--rules", rules).exit_code == 1
    rules.write_text("[stack_gap_m]\n", encoding="utf-8")
    assert run(YARDS / "Y01.geojson", "--rules", rules).exit_code == 2
    assert run(YARDS / "Y01.geojson", "--rules", tmp_path / "none.toml").exit_code == 2


def test_the_countys_rulebooks_of_the_installation_stand_in_place_of_ours_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = '[[stack_gap_m.values]]\nsince = 2026-01-01\nvalue = 5\nsource = "letter"\nverified = true\n'
    book = "stacks.toml" if "stack_gap_m" in rulebook("stacks").figures else "fire.toml"
    (tmp_path / book).write_text('[stack_gap_m]\nunit = "m"\n' + row, encoding="utf-8")
    monkeypatch.setenv("STRAWLINE_COUNTY_RULES", str(tmp_path))
    try:
        assert run(YARDS / "Y01.geojson").exit_code == 1
        (tmp_path / "water.toml").write_text("[", encoding="utf-8")
        refused = run(YARDS / "Y01.geojson")
        assert refused.exit_code == 2
        assert "water.toml" in refused.output
    finally:
        use_county(None)


@pytest.mark.parametrize("ending", [".svg", ".png", ".pdf"])
def test_the_yard_is_drawn_with_its_faults(blocked_yard: Path, tmp_path: Path, ending: str) -> None:
    picture = tmp_path / f"yard{ending}"
    assert run(blocked_yard, "--picture", picture).exit_code == 1
    assert picture.read_bytes().startswith(BEGINNINGS[ending])


def test_the_same_drawing_gives_the_same_picture(blocked_yard: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    run(blocked_yard, "--picture", first)
    run(blocked_yard, "--picture", second)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", {"草垛", "堆放区", "场地四周灭火器: 实际46.39 m，要求30 m", "堆放区 1, 推车式灭火器 1, 推车式灭火器 3"}),
        ("en", {"stack", "stack area", "Extinguishers around the yard: 46.39 m of 30 m"}),
    ],
)
def test_a_picture_speaks_the_language_that_was_asked_for(language: str, words: set[str]) -> None:
    content = json.loads((YARDS / "Y04.geojson").read_text(encoding="utf-8"))
    content["features"] = [it for it in content["features"] if it["id"] != "extinguisher-2"]
    drawing = from_geojson(content)
    figure = Figure()
    with spoken(language):
        list_findings(figure, told_findings(check_yard(drawing, FireRules(date(2026, 11, 22))), drawing))
        draw_legend(figure, drawing)
    legend = {text.get_text() for text in figure.legends[0].get_texts()}
    assert words <= legend | {text.get_text() for text in figure.texts}


def test_a_picture_of_another_kind_is_refused(tmp_path: Path) -> None:
    answer = run(YARDS / "Y01.geojson", "--picture", tmp_path / "yard.bmp")
    assert answer.exit_code == 2
    assert ".svg, .png, .pdf" in answer.output


def test_a_day_before_the_plan_has_no_rules() -> None:
    answer = CliRunner().invoke(main, ["yard", "check", str(YARDS / "Y01.geojson"), "--day", "2020-01-01"])
    assert answer.exit_code == 2
    assert "no rules on 2020-01-01" in answer.output


def test_a_near_miss_is_seen_and_a_mend_has_its_last_day(tmp_path: Path) -> None:
    finding = Finding(
        rule="ring_width",
        subject=("area",),
        measured=3.995,
        required=4.0,
        unit="m",
        severity=Severity.MEND,
        mend_days=30,
    )
    assert measured_words(finding) == "3.995 m of 4 m"
    assert measured_words(replace(finding, measured=3.5)) == "3.5 m of 4 m"
    assert measured_words(replace(finding, measured=50000.999, required=50000.0, unit="kg")) == "50,001 kg of 50,000 kg"
    with spoken("en"):
        assert told_findings([finding])[0].measure == "3.995 m of 4 m"
    content = kept_yard()
    content["features"] = [it for it in content["features"] if it["properties"]["kind"] != "light"]
    file = tmp_path / "dark.geojson"
    file.write_text(json.dumps(content), encoding="utf-8")
    (yard,) = json.loads(run(file, "--json").stdout)["yards"]
    (mend,) = (it for it in yard["findings"] if it["mend_days"] is not None)
    by = (date(2026, 11, 12) + timedelta(days=mend["mend_days"])).isoformat()
    assert mend["mend_by"] == by
    assert f"within {mend['mend_days']} days, by {by}" in run(file).output
    drawing = from_geojson(content)
    figure = Figure()
    with spoken("en"):
        told = told_findings(check_yard(drawing, FireRules(date(2026, 11, 12))), drawing)
        list_findings(figure, told, date(2026, 11, 12))
    assert any(f"by {by}" in it.get_text() for it in figure.texts)
