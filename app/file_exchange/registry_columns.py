"""The registry's sheets: growers, fields, yards, plants, machines and what they refer to, as data."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.file_exchange.columns import Table, read_tables

# By key: towns, growers, fields, yards, plants, truck_classes, trucks, balers, scales, meters.
REGISTRY_TABLES: Final[dict[str, Table]] = read_tables(Path(__file__).with_name("registry_columns.toml"))
