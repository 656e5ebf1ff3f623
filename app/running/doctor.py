"""Whether an installation is fit to run: one check a function, each says what it found and what to do."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import pysqlite3.dbapi2
from sqlalchemy import Engine, make_url, select, text
from sqlalchemy import func as sql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import now
from app.config import SECRET_FILE, Config
from app.database.engine import FIRST_FIXED_SQLITE, make_engine, only_reading
from app.database.migrate import current_revision, head_revision
from app.errors import Refusal
from app.fire_safety.alarms.queries import last_tick
from app.running.last_backup import last_backup

ROOT = Path(__file__).resolve().parents[2]
_STATIC = ROOT / "app" / "static"
_TEMPLATES = ROOT / "app"
_KERNELS = ROOT / "solver" / "hauling"
_LOW_DISK_BYTES, _NO_DISK_BYTES = 5 * 2**30, 2**29
_CLOCKS_APART = timedelta(seconds=2)
_BACKUP_OLD = timedelta(hours=26)
_WATCH_OLD = timedelta(minutes=3)
_WAIT_S = 10


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `next_step` where there is something to do."""

    check: str
    level: Level
    found: str
    next_step: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def examine(config: Config) -> list[Finding]:
    """Return the findings of every check, in their order; a check that fails itself is a fault."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings += check(config)
        except Exception as failure:
            name = check.__name__.strip("_").replace("_", " ")
            findings.append(Finding(name, Level.FAULT, f"the check failed: {type(failure).__name__}"))
    return findings


def _settings(config: Config) -> Iterator[Finding]:
    where = str(config.settings_file) if config.settings_file else "environment only"
    yield Finding("settings", Level.OK, f"{where}; instance {config.instance}")
    private = [config.instance, config.instance / SECRET_FILE, config.settings_file]
    open_to_others = [path for path in private if path and path.exists() and path.stat().st_mode & 0o007]
    if open_to_others:
        names = " ".join(map(str, open_to_others))
        yield Finding("secrets", Level.FAULT, f"others on this machine can read {names}", f"chmod o-rwx {names}")
    else:
        yield Finding("secrets", Level.OK, "readable by their owner and group only")


def _database(config: Config) -> Iterator[Finding]:
    try:
        engine = make_engine(config.database_url, busy_timeout_ms=config.busy_timeout_ms)
    except Refusal as refusal:
        yield Finding("database", Level.FAULT, refusal.kind.what, refusal.kind.next_step)
        return
    try:
        found = current_revision(engine)
        yield from _revision(engine, found)
        yield from _clock_of_database(engine)
    except SQLAlchemyError as failure:
        cause = str(getattr(failure, "orig", None) or type(failure).__name__).splitlines()[0]
        yield Finding(
            "database",
            Level.FAULT,
            f"{engine.url.render_as_string()}: {cause}",
            "Start the database server, or mend the setting database_url",
        )
    finally:
        engine.dispose()


def _revision(engine: Engine, found: str | None) -> Iterator[Finding]:
    wanted = head_revision()
    at = f"{engine.url.render_as_string()} at revision {found or 'none'}"
    if found == wanted:
        yield Finding("database", Level.OK, at)
    else:
        yield Finding("database", Level.FAULT, f"{at}; this version needs {wanted}", "strawline init")


def _clock_of_database(engine: Engine) -> Iterator[Finding]:
    if engine.dialect.name != "postgresql":
        return
    with only_reading(), engine.connect() as connection:
        there: datetime = connection.execute(select(sql.clock_timestamp())).scalar_one()
        major = connection.execute(text("SHOW server_version")).scalar_one()
    apart = abs(there - now())
    level = Level.OK if apart <= _CLOCKS_APART else Level.WARNING
    yield Finding(
        "database server",
        level,
        f"PostgreSQL {major}, its clock {apart.total_seconds():.1f} s from ours",
        "" if level is Level.OK else "Set both machines' clocks by NTP",
    )


def _sqlite(config: Config) -> Iterator[Finding]:
    version = pysqlite3.dbapi2.sqlite_version
    if pysqlite3.dbapi2.sqlite_version_info >= FIRST_FIXED_SQLITE:
        yield Finding("SQLite", Level.OK, version)
    elif make_url(config.database_url).get_backend_name() == "sqlite":
        yield Finding("SQLite", Level.FAULT, f"{version} can lose data", "Install the packages of requirements.txt")
    else:
        yield Finding("SQLite", Level.WARNING, f"{version} can lose data; it is not in use")


def _disk(config: Config) -> Iterator[Finding]:
    free = shutil.disk_usage(config.instance).free
    level = Level.FAULT if free < _NO_DISK_BYTES else Level.WARNING if free < _LOW_DISK_BYTES else Level.OK
    step = "" if level is Level.OK else "Make room: a full disk stops every write"
    yield Finding("disk", level, f"{free / 2**30:.1f} GiB free at {config.instance}", step)


def _clock(_config: Config) -> Iterator[Finding]:
    try:
        said = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=_WAIT_S,
            check=False,
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        said = ""
    shown = f"{now():%Y-%m-%d %H:%M:%S} UTC"
    if said == "yes":
        yield Finding("clock", Level.OK, f"{shown}, set by NTP")
    elif said == "no":
        yield Finding("clock", Level.WARNING, f"{shown}, not set by NTP", "timedatectl set-ntp true")
    else:
        yield Finding(
            "clock", Level.WARNING, f"{shown}; nobody here can say whether it is right", "Compare it yourself"
        )


def _fonts(_config: Config) -> Iterator[Finding]:
    step = "apt install fontconfig fonts-noto-cjk"
    try:
        found = subprocess.run(
            ["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, timeout=_WAIT_S, check=False
        ).stdout.split("\n")
    except (OSError, subprocess.TimeoutExpired):
        yield Finding("Chinese fonts", Level.WARNING, "no fontconfig here to ask", step)
        return
    families = sorted({line.split(",")[0] for line in found if line})
    if families:
        yield Finding("Chinese fonts", Level.OK, f"{len(families)}, such as {families[0]}")
    else:
        yield Finding("Chinese fonts", Level.WARNING, "none: pictures drawn here show boxes for characters", step)


def _browser_assets(_config: Config) -> Iterator[Finding]:
    """Every file of a library that a template or a script of ours names."""
    named = re.compile(r"vendor/[\w@./-]+\.(?:m?js|css|woff2|png)")
    sources = [*_TEMPLATES.rglob("*.html"), *(_STATIC / "js").rglob("*.js"), *(_STATIC / "css").rglob("*.css")]
    wanted = {match for source in sources for match in named.findall(source.read_text(encoding="utf-8"))}
    missing = sorted(name for name in wanted if not (_STATIC / name).is_file())
    if missing:
        yield Finding("browser libraries", Level.FAULT, f"missing: {', '.join(missing)}", "make setup")
    else:
        yield Finding("browser libraries", Level.OK, f"{len(wanted)} files")
    if not list((ROOT / "app" / "translations").rglob("*.mo")):
        yield Finding("translations", Level.FAULT, "not compiled: all pages would be in English", "make setup")


def _https(config: Config) -> Iterator[Finding]:
    if config.secure_cookies and config.proxies:
        yield Finding("HTTPS", Level.OK, f"cookies over HTTPS only, behind {config.proxies} proxy")
    elif config.secure_cookies:
        yield Finding(
            "HTTPS",
            Level.WARNING,
            "cookies over HTTPS only, but proxies is 0: everybody seems to come from the proxy's address",
            "Set proxies = 1 behind nginx or Caddy",
        )
    else:
        yield Finding(
            "HTTPS",
            Level.WARNING,
            "cookies travel without HTTPS too: fit for this machine alone",
            "Put nginx or Caddy with TLS in front and set secure_cookies = true (docs/deploy.md)",
        )


def _kernels(_config: Config) -> Iterator[Finding]:
    """numba keeps what it compiled beside the sources or in NUMBA_CACHE_DIR, and looks at the source's time."""
    compiled = list(Path(os.environ.get("NUMBA_CACHE_DIR") or _KERNELS).rglob("*.nbi"))
    written_at = {path.stem: path.stat().st_mtime for path in _KERNELS.glob("*.py")}
    stale = {
        module for path in compiled if path.stat().st_mtime < written_at.get(module := path.name.split(".")[0], 0.0)
    }
    if not compiled:
        found = "not compiled: the first plan takes a minute longer"
    elif stale:
        found = f"older than their sources: {', '.join(sorted(stale))}; the next plan compiles them again"
    else:
        yield Finding("planner's inner loops", Level.OK, f"{len(compiled)} compiled")
        return
    yield Finding("planner's inner loops", Level.WARNING, found, "Plan once as the user that plans (docs/deploy.md)")


def _backups(config: Config) -> Iterator[Finding]:
    made_at = last_backup(config)
    if made_at is None:
        yield Finding(
            "backup", Level.WARNING, "none was ever made here", "strawline backup FILE, and the timer of docs/deploy.md"
        )
    elif now() - made_at > _BACKUP_OLD:
        yield Finding("backup", Level.WARNING, f"the last is of {made_at:%Y-%m-%d %H:%M} UTC", "systemctl list-timers")
    else:
        yield Finding("backup", Level.OK, f"the last is of {made_at:%Y-%m-%d %H:%M} UTC")


def _watching(config: Config) -> Iterator[Finding]:
    engine = make_engine(config.database_url, busy_timeout_ms=config.busy_timeout_ms)
    try:
        with only_reading(), Session(engine) as session:
            ticked_at = last_tick(session)
    except SQLAlchemyError:
        return  # What is wrong with the database is said above.
    finally:
        engine.dispose()
    next_step = "strawline serve watches beside the pages; or run strawline watch"
    if ticked_at is None:
        yield Finding("watching", Level.WARNING, "the yards were never watched here", next_step)
    elif now() - ticked_at > _WATCH_OLD:
        yield Finding(
            "watching", Level.WARNING, f"the yards were last watched {ticked_at:%Y-%m-%d %H:%M} UTC", next_step
        )
    else:
        yield Finding("watching", Level.OK, f"the yards were watched {ticked_at:%Y-%m-%d %H:%M:%S} UTC")


def _python(_config: Config) -> Iterator[Finding]:
    yield Finding("Python", Level.OK, f"{platform.python_version()} on {platform.system()} {platform.machine()}")


CHECKS: tuple[Callable[[Config], Iterator[Finding]], ...] = (
    _python,
    _settings,
    _database,
    _sqlite,
    _disk,
    _clock,
    _backups,
    _watching,
    _https,
    _browser_assets,
    _kernels,
    _fonts,
)
