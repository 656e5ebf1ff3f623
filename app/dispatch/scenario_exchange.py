"""Scenario folders as files that come and go: a zip read into rows of the register, the register written as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy.orm import Session

from app.dispatch.register_scenario import scenario_from_register, scenario_rows, store_roads
from app.file_exchange.archives import ZIP_MAGIC, Archive, Limits, check_size
from app.file_exchange.messages import CellFault, FileRefused
from app.file_exchange.table_read import TableRead, TableRow, read_rows_of
from app.registry.importing.files import FileRead
from app.registry.kinds import KINDS
from app.texts import Message, _
from solver.scenario import RoadNetwork, Scenario
from solver.scenario_files import ScenarioFaults, read_scenario, write_scenario

_TOML: Final = "scenario.toml"
_ROADS: Final = "roads.graphml"
# The tables of a folder that are kinds of the register, and say of their cells what is wrong in the reader's language.
_TABLES: Final = ("towns", "truck_classes", "plants", "yards", "fields", "trucks", "balers")
_OTHER_FILES: Final = (_TOML, _ROADS, "weather.csv", "hours.csv", "direct_hauls.csv")
# Approvals have a procedure of their own, in which the town and the company have their say.
_NOT_IMPORTED: Final = ("approvals",)
# A fixed moment, so that the same register gives the same zip.
_ZIP_MOMENT = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Roads:
    """The road network of a folder, stored when the rest is applied."""

    network: RoadNetwork

    def store(self, session: Session) -> None:
        store_roads(session, self.network)


def read_scenario_zip(data: bytes, limits: Limits) -> FileRead:
    """Return what a zipped scenario folder says of each kind of record. Never raises."""
    try:
        check_size(data, limits)
        if not data.startswith(ZIP_MAGIC):
            raise FileRefused(_("This is no zip file. Zip the scenario folder as it is."))
        files = _files(Archive(data, limits))
    except FileRefused as refused:
        return FileRead(refusal=refused.reason)
    tables = {
        key: read_rows_of(files[f"{key}.csv"], KINDS[key].table, limits=limits)
        for key in _TABLES
        if f"{key}.csv" in files
    }
    faulty = {key: _named(key, table) for key, table in tables.items() if table.faults}
    if faulty:
        return FileRead(tables=faulty)
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        try:
            scenario = read_scenario(Path(folder))
        except ScenarioFaults as faults:
            return FileRead(tables={"fields": TableRead(faults=[_cell(fault) for fault in faults.faults])})
    rows = {key: of for key, of in scenario_rows(scenario).items() if key not in _NOT_IMPORTED}
    return FileRead(
        tables={key: _table(key, of) for key, of in rows.items()},
        rest=None if scenario.roads is None else _Roads(scenario.roads),
    )


def scenario_zip(session: Session) -> tuple[str, bytes]:
    """Return the season's name and the register as a zipped scenario folder; raises Refusal without a season."""
    scenario = scenario_from_register(session)
    content = BytesIO()
    with TemporaryDirectory() as folder, ZipFile(content, "w", ZIP_DEFLATED) as target:
        write_scenario(scenario, Path(folder))
        for path in sorted(Path(folder).iterdir()):
            entry = ZipInfo(f"scenario/{path.name}", _ZIP_MOMENT)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, path.read_bytes())
    return scenario.name, content.getvalue()


def write_register(session: Session, folder: Path) -> Scenario:
    """Write the register as a scenario folder and return what was written; raises Refusal without a season."""
    scenario = scenario_from_register(session)
    write_scenario(scenario, folder)
    return scenario


def _files(archive: Archive) -> dict[str, bytes]:
    """The folder's own files by their names; others that lie beside them are not unpacked."""
    folders = {str(PurePosixPath(name).parent) for name in archive.names if PurePosixPath(name).name == _TOML}
    if not folders:
        raise FileRefused(_("There is no scenario.toml in this zip: it is no scenario folder."))
    if len(folders) > 1:
        raise FileRefused(_("There is more than one scenario in this zip."))
    folder = PurePosixPath(folders.pop())
    wanted = {*(f"{key}.csv" for key in _TABLES), *_OTHER_FILES}
    files = {
        path.name: archive.read(name)
        for name in archive.names
        for path in [PurePosixPath(name)]
        if path.parent == folder and path.name in wanted
    }
    # What the XML parser need not know cannot be used against it.
    roads = files.get(_ROADS, b"")
    if b"\x00" in roads or b"<!DOCTYPE" in roads or b"<!ENTITY" in roads:
        raise FileRefused(_("The road network is no plain GraphML."))
    return files


def _table(key: str, rows: Any) -> TableRead:
    given = [TableRow(key, number, dict(row)) for number, row in enumerate(rows, start=2)]
    members: Mapping[str, Any] = rows[0] if rows else {}
    return TableRead(rows=given, headings={key: {name: name for name in members}})


def _named(key: str, table: TableRead) -> TableRead:
    """The table's faults with the name of its file instead of a sheet's."""
    return TableRead(
        faults=[
            CellFault(
                sheet=f"{key}.csv", row=fault.row, heading=fault.heading, value=fault.value, what=fault.what,
                allowed=fault.allowed,
            )
            for fault in table.faults
        ]
    )  # fmt: skip


def _cell(fault: Any) -> CellFault:
    return CellFault(
        sheet=fault.file,
        row=fault.row or 0,
        heading=fault.column or "",
        value=fault.value or "",
        what=Message(_("Not allowed here.")),
        allowed=Message("%(text)s", {"text": fault.allowed}),
    )
