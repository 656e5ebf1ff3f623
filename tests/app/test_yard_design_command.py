"""`strawline yard design` ends within its time, with what it has."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner

from app.cli import main
from app.fire_safety import design_command
from tests.yard_rules.fire.yards import YARDS
from yard_rules.stack_design import TIME_IS_OVER
from yard_rules.stack_design.design import _Search


def run(out: Path, *arguments: str) -> tuple[int, str, float]:
    began = monotonic()
    site = str(YARDS / "Y01.geojson")
    answer = CliRunner().invoke(main, ["yard", "design", site, "--out", str(out), "--seconds", "5", *arguments])
    return answer.exit_code, answer.output, monotonic() - began


def test_a_search_that_would_not_end_is_cut_and_what_it_holds_is_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_for = _Search.look_for

    def endless(self: _Search, *arguments: object) -> None:
        look_for(self, *arguments)  # type: ignore[arg-type]
        while True:
            pass

    monkeypatch.setattr(_Search, "look_for", endless)
    monkeypatch.setattr(design_command, "_SEARCH_ALONE_SHARE", 0.9)
    status, _said, took_s = run(tmp_path, "--no-pictures")
    assert status == 0
    assert took_s < 8
    assert {it.name for it in tmp_path.iterdir()} >= {"room.geojson", "proposals.json"}


def test_time_that_is_over_before_anything_was_found_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(design_command, "_SEARCH_ALONE_SHARE", 0.0)
    status, said, _took_s = run(tmp_path, "--no-pictures")
    assert (status, TIME_IS_OVER in said) == (1, True)


def test_pictures_that_are_not_done_in_time_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(design_command, "_SEARCH_SHARE", 1.0)

    def endless(*_arguments: object, **_options: object) -> None:
        while True:
            pass

    monkeypatch.setattr("app.fire_safety.yard_pictures.draw_yard", endless)
    status, said, took_s = run(tmp_path, "--goal", "room")
    assert status == 0
    assert took_s < 8
    assert "before all pictures were drawn" in said
    assert sorted(it.name for it in tmp_path.iterdir()) == ["proposals.json", "room.geojson"]
