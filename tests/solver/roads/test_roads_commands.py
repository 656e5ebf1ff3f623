"""`strawline roads` on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.dispatch.roads_commands import roads
from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.scenario_files import read_scenario, write_scenario
from solver.synthetic.one_town import build_one_town

MAP = """<osm version="0.6">
 <node id="1" lon="{lon}" lat="30.48"/><node id="2" lon="{east}" lat="30.48"/><node id="3" lon="{lon}" lat="30.52"/>
 <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="tertiary"/><tag k="maxweight" v="12"/></way>
 <way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="tertiary"/></way>
</osm>
"""


@pytest.fixture(scope="module")
def town() -> Scenario:
    return replace(build_one_town(), roads=None)


@pytest.fixture
def folder(town: Scenario, tmp_path: Path) -> Path:
    write_scenario(town, tmp_path / "town")
    return tmp_path / "town"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(roads, [str(argument) for argument in arguments])


def test_schematic_roads_can_be_copied_into_the_scenario(folder: Path, town: Scenario) -> None:
    result = run("build", "--schematic", folder, "--out", folder / "roads.graphml", "--seed", "5")
    assert result.exit_code == 0, result.output
    assert "made up" in result.output
    assert "times the straight line" in result.output
    scenario = read_scenario(folder)
    assert scenario.roads is not None
    ids = [y.yard_id for y in scenario.yards]
    assert ways_of(scenario).table(ids, ids, town.truck_classes[0].truck_class).km.max() < 60


def test_a_map_file_is_built_for_the_classes_of_a_scenario_and_far_places_are_told(
    folder: Path, town: Scenario, tmp_path: Path
) -> None:
    lon = min(f.lon for f in town.fields)
    (tmp_path / "map.osm").write_text(MAP.format(lon=lon, east=lon + 0.005))
    out = tmp_path / "out" / "roads.graphml"
    result = run("build", "--osm", tmp_path / "map.osm", "--out", out, "--classes", folder)
    assert result.exit_code == 0, result.output
    assert "Warning:" in result.output
    assert "no road within 3 km" in result.output
    assert "OpenStreetMap contributors" in result.output
    assert 'key="d5"' in out.read_text()


def test_exactly_one_source_is_wanted(tmp_path: Path) -> None:
    out = tmp_path / "roads.graphml"
    assert run("build", "--out", out).exit_code == 2
    assert run("build", "--out", out, "--place", "A", "--osm", "b.osm").exit_code == 2
    assert "leave out --classes" in run("build", "--out", out, "--schematic", "a", "--classes", "b").output


def test_what_cannot_be_read_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "roads.graphml"
    for arguments, status in (
        (["--osm", tmp_path / "missing.osm"], 2),
        (["--schematic", tmp_path / "missing"], 2),
    ):
        result = run("build", *arguments, "--out", out)
        assert result.exit_code == status
        assert "missing" in result.output
    (tmp_path / "paths.osm").write_text(MAP.format(lon=120, east=120.1).replace("tertiary", "footway"))
    result = run("build", "--osm", tmp_path / "paths.osm", "--out", out)
    assert result.exit_code == 1
    assert "no road that a truck can use" in result.output
    assert not out.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["paths.osm"]


def test_a_network_is_drawn_with_or_without_places(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "roads.graphml"
    assert run("build", "--schematic", folder, "--out", file).exit_code == 0
    for more in ([], ["--scenario", folder]):
        picture = tmp_path / "roads.png"
        result = run("show", file, "--out", picture, *more)
        assert result.exit_code == 0, result.output
        assert picture.read_bytes().startswith(b"\x89PNG")
        picture.unlink()


def test_a_broken_network_is_refused_with_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "roads.graphml"
    file.write_text("<graphml><graph edgedefault='directed'></graph></graphml>")
    result = run("show", file, "--out", tmp_path / "roads.png")
    assert result.exit_code == 2
    assert "has no roads" in result.output
    assert run("show", tmp_path / "none.graphml", "--out", tmp_path / "roads.png").exit_code == 2
