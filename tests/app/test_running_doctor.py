from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.clock import now
from app.config import Config, config_from_environment
from app.database.engine import make_engine
from app.database.migrate import downgrade
from app.running import doctor
from app.running.doctor import Finding, Level, examine
from app.running.last_backup import remember_backup

CHECKED = {"settings", "secrets", "database", "SQLite", "disk", "clock", "backup", "HTTPS", "browser libraries"}


@pytest.fixture
def healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Config:
    """An installation of its own, up to date, as the environment describes it."""
    monkeypatch.setenv("STRAWLINE_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("STRAWLINE_DATABASE_URL", database_url)
    return config_from_environment()


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


def found_by(config: Config, check: str) -> Finding:
    (finding,) = (finding for finding in examine(config) if finding.check == check)
    return finding


def changed(config: Config, **values: object) -> Config:
    kept = {name: getattr(config, name) for name in config.__dataclass_fields__}
    return Config(**kept | values)  # type: ignore[arg-type]


def test_a_healthy_installation_has_no_fault_and_says_so_in_words_and_json(healthy: Config) -> None:
    for arguments in ((), ("--json",)):
        answer = asked(*arguments)
        assert answer.exit_code == 0, answer.output
    findings = json.loads(answer.output)
    assert {finding["check"] for finding in findings} >= CHECKED
    assert all(finding["level"] in ("ok", "warning") for finding in findings)
    assert all(finding["next_step"] for finding in findings if finding["level"] != "ok")


def test_a_database_at_an_old_revision_is_a_fault_with_what_to_do(healthy: Config) -> None:
    engine = make_engine(healthy.database_url)
    downgrade(engine, "0001")
    engine.dispose()
    answer = asked()
    assert answer.exit_code == 1
    assert "FAULT   database" in answer.output
    assert "→ strawline init" in answer.output


def test_a_database_that_is_not_there_is_a_fault_and_no_password_is_shown(healthy: Config) -> None:
    config = changed(healthy, database_url="postgresql://county:very-secret@127.0.0.1:1/strawline")
    finding = found_by(config, "database")
    assert finding.level is Level.FAULT
    assert "very-secret" not in str(finding)


def test_a_secret_that_others_can_read_is_a_fault(healthy: Config) -> None:
    assert found_by(healthy, "secrets").level is Level.OK
    (healthy.instance / "secret-key").chmod(0o644)
    assert found_by(healthy, "secrets").level is Level.FAULT


@pytest.mark.parametrize(("free_bytes", "level"), [(2**40, "ok"), (2**31, "warning"), (2**20, "fault")])
def test_a_full_disk_is_a_fault(healthy: Config, monkeypatch: pytest.MonkeyPatch, free_bytes: int, level: str) -> None:
    class Usage:
        free = free_bytes

    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: Usage)
    assert found_by(healthy, "disk").level == level


def test_an_old_backup_is_a_warning_and_a_fresh_one_is_well(healthy: Config) -> None:
    assert found_by(healthy, "backup").level is Level.WARNING
    remember_backup(healthy, Path("one"), now() - timedelta(days=3))
    assert found_by(healthy, "backup").level is Level.WARNING
    remember_backup(healthy, Path("two"), now())
    assert found_by(healthy, "backup").level is Level.OK


def test_cookies_are_well_over_https_behind_a_proxy_only(healthy: Config) -> None:
    levels = [
        found_by(changed(healthy, secure_cookies=secure, proxies=proxies), "HTTPS").level
        for secure, proxies in ((False, 0), (True, 0), (True, 1))
    ]
    assert levels == ["warning", "warning", "ok"]


def test_a_missing_browser_library_is_a_fault(healthy: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "_STATIC", tmp_path)
    finding = found_by(healthy, "browser libraries")
    assert finding.level is Level.FAULT
    assert "vendor/tabler-core/tabler.min.css" in finding.found


def test_an_sqlite_that_loses_data_is_a_fault_where_it_is_used(
    healthy: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.pysqlite3.dbapi2, "sqlite_version_info", (3, 45, 1))
    used = healthy.database_url.startswith("sqlite")
    assert found_by(healthy, "SQLite").level is (Level.FAULT if used else Level.WARNING)


@pytest.mark.parametrize(("said", "level"), [("yes", "ok"), ("no", "warning"), ("", "warning")])
def test_a_clock_that_nobody_sets_is_a_warning(
    healthy: Config, monkeypatch: pytest.MonkeyPatch, said: str, level: str
) -> None:
    class Answer:
        stdout = said + "\n"

    monkeypatch.setattr(doctor.subprocess, "run", lambda *_arguments, **_options: Answer)
    assert found_by(healthy, "clock").level == level


def test_uncompiled_and_stale_inner_loops_are_told(
    healthy: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    assert "not compiled" in found_by(healthy, "planner's inner loops").found
    (tmp_path / "cache").mkdir()
    compiled = tmp_path / "cache" / "timing.trip-33.py311.nbi"
    compiled.touch()
    assert found_by(healthy, "planner's inner loops").level is Level.OK
    monkeypatch.setattr(doctor, "_KERNELS", tmp_path)
    compiled.rename(tmp_path / compiled.name)
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    (tmp_path / "timing.py").touch()
    assert "older than their sources: timing" in found_by(healthy, "planner's inner loops").found


def test_a_check_that_fails_itself_is_a_fault_and_stops_no_other(
    healthy: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _broken(_config: Config) -> None:
        raise ZeroDivisionError

    checks: tuple[Callable[..., object], ...] = (_broken, *doctor.CHECKS)
    monkeypatch.setattr(doctor, "CHECKS", checks)
    assert found_by(healthy, "broken").level is Level.FAULT
    assert found_by(healthy, "disk").level is Level.OK
