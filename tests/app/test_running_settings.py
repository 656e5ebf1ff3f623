from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from app import assembly
from app.cli import main
from app.config import SETTINGS, Config, config_from_environment
from app.errors import BAD_SETTINGS, Refusal

SECRET = "0123456789abcdef0123456789abcdef"
README = Path(__file__).resolve().parents[2] / "README.md"


def settings_from(tmp_path: Path, toml: str, **variables: str) -> Config:
    file = tmp_path / "strawline.toml"
    file.write_text(toml, encoding="utf-8")
    return config_from_environment(
        {"STRAWLINE_CONFIG": str(file), "STRAWLINE_INSTANCE": str(tmp_path / "instance"), "PATH": "/bin", **variables}
    )


def faults_of(tmp_path: Path, toml: str, **variables: str) -> tuple[str, ...]:
    with pytest.raises(Refusal) as refused:
        settings_from(tmp_path, toml, **variables)
    assert refused.value.kind is BAD_SETTINGS
    return refused.value.details


def test_settings_come_from_one_file(tmp_path: Path) -> None:
    config = settings_from(
        tmp_path,
        f"""
        database_url = "postgresql://county@localhost/strawline"
        secret_key = "{SECRET}"
        secure_cookies = true
        proxies = 1
        metrics_token = "{SECRET}"
        log_level = "warning"
        """,
    )
    assert config == Config(
        instance=tmp_path / "instance",
        database_url="postgresql://county@localhost/strawline",
        secret_key=SECRET,
        secure_cookies=True,
        proxies=1,
        metrics_token=SECRET,
        log_level="warning",
        settings_file=tmp_path / "strawline.toml",
    )
    assert not (tmp_path / "instance" / "secret-key").exists()


def test_the_environment_goes_before_the_file_and_an_empty_variable_is_none(tmp_path: Path) -> None:
    config = settings_from(
        tmp_path, "proxies = 1\nbusy_timeout_ms = 200", STRAWLINE_PROXIES="2", STRAWLINE_BUSY_TIMEOUT_MS=""
    )
    assert (config.proxies, config.busy_timeout_ms) == (2, 200)


def test_all_faults_are_told_at_once_with_where_they_are(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        'proxies = "many"\nsecure_cookie = true\nsecret_key = "short"\nlog_level = "loud"\nbusy_timeout_ms = true',
        STRAWLINE_DATABASE_URL="mysql://somebody:very-secret@db/county",
        STRAWLINE_SECURE_COOKIES="maybe",
        STRAWLINE_PROXYS="1",
    )
    text = "\n".join(faults)
    assert len(faults) == 8, text
    assert "secure_cookie; did you mean secure_cookies?" in text
    assert "STRAWLINE_PROXYS; did you mean STRAWLINE_PROXIES?" in text
    assert "STRAWLINE_DATABASE_URL: mysql is not supported" in text
    assert "STRAWLINE_SECURE_COOKIES: 'maybe' is neither yes nor no" in text
    assert "strawline.toml: proxies: 'many' is not a whole number from 0 to 5" in text
    assert "very-secret" not in text
    assert "short" not in text.replace("too short", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "nonsense"),
        ("database_url", "sqlite://"),
        ("database_url", "sqlite:///:memory:"),
        ("instance", "/etc/hostname"),
        ("metrics_token", "guess"),
        ("busy_timeout_ms", "-1"),
        ("proxies", "1.5"),
    ],
)
def test_a_value_that_cannot_be_is_refused(tmp_path: Path, name: str, value: str) -> None:
    (fault,) = faults_of(tmp_path, "", **{f"STRAWLINE_{name.upper()}": value})
    assert fault.startswith(f"STRAWLINE_{name.upper()}: ")


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    assert "not TOML" in faults_of(tmp_path, "proxies = = 1")[0]
    with pytest.raises(Refusal) as refused:
        config_from_environment({"STRAWLINE_CONFIG": str(tmp_path / "nowhere.toml")})
    assert "cannot be read" in refused.value.details[0]


def test_commands_tell_the_faults_and_end_with_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert assembly  # the library of the figures must not see, when it is first read, the folder that `serve` sets up
    monkeypatch.setenv("STRAWLINE_INSTANCE", str(tmp_path))
    monkeypatch.setenv("STRAWLINE_PROXIES", "many")
    for command in (["serve"], ["init"], ["backup", "x"], ["doctor"]):
        answer = CliRunner().invoke(main, command)
        assert answer.exit_code == 1, command
        assert "[bad-settings]" in answer.output
        assert "STRAWLINE_PROXIES" in answer.output


def test_the_readme_lists_every_setting() -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for name in SETTINGS if f"`{name}`" not in text] == []
