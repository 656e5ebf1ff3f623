"""The register as lasting records with their history; what a plan was made from stands apart, by season.

The tables of v0001 held one county for each season. They are now called season_…, with what they held.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

from app.database.base import NAMING, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Names of the tables of a season, before and after; those referred to come first.
_BEFORE = {
    "town": "town", "truck_class": "truck_class", "plant": "end_use_plant", "yard": "transfer_yard",
    "field": "farm_field", "baler": "baler", "truck": "truck", "weather": "day_weather",
    "direct_haul": "direct_haul_approval", "hours": "day_hours", "roads": "county_roads",
}  # fmt: skip
_AFTER = {kind: f"season_{kind}" for kind in _BEFORE}
_LASTING = (
    "county_roads",
    "day_hours",
    "day_weather",
    "material",
    "planning_season",
    "registry_import",
    "town",
    "truck_class",
    "collecting_body",
    "end_use_plant",
    "grower",
    "registry_change",
    "direct_haul_approval",
    "farm_field",
    "transfer_yard",
    "baler",
    "truck",
)
_APPEND_ONLY = "the history of the register is append-only"


def upgrade() -> None:
    _moved(_BEFORE, _AFTER)
    _create_register()
    _register_newest_season()
    for statement in _SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(_LASTING):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION registry_change_refuse()")
    _moved(_AFTER, _BEFORE)


def _moved(old: dict[str, str], new: dict[str, str]) -> None:
    """The seasons' rows in tables of other names: constraints and indexes bear the name of their table."""
    connection = op.get_bind()
    for kind, table in _season_tables(new).items():
        table.create(connection)
        names = ", ".join(column.name for column in table.columns)
        op.execute(f"INSERT INTO {new[kind]} ({names}) SELECT {names} FROM {old[kind]} ORDER BY id")
        if connection.dialect.name != "sqlite":
            sequence = f"pg_get_serial_sequence('{new[kind]}', 'id')"
            op.execute(f"SELECT setval({sequence}, max(id)) FROM {new[kind]} HAVING max(id) > 0")
    for kind in reversed(old):
        op.drop_table(old[kind])


def _register_newest_season() -> None:
    """What was shown last is what the register says; it has no history before this."""
    newest = "(SELECT max(id) FROM season)"
    for table, kind, columns in (
        ("town", "town", "town_id, name, lon, lat"),
        ("truck_class", "truck_class", "truck_class, rank, payload_t, bale_capacity"),
        (
            "end_use_plant",
            "plant",
            "plant_id, town_id, name, lon, lat, use, daily_need_t, daily_max_t, storage_t, opening_stock_t, bays, "
            "open_min, close_min",
        ),
        (
            "transfer_yard",
            "yard",
            "yard_id, town_id, name, lon, lat, area_mu, capacity_t, opening_stock_t, bays, open_min, close_min, "
            "opens_on, adjacent_plant_id",
        ),
        (
            "farm_field",
            "field",
            "field_id, town_id, grower, lon, lat, area_mu, crop, dry_straw_t, ready_date, clear_by, max_truck_class, "
            "already_baled_t",
        ),
        (
            "truck",
            "truck",
            "truck_id, truck_class, home_yard_id, shift_start_min, shift_hours, yuan_per_day, yuan_per_h, yuan_per_km",
        ),
        (
            "baler",
            "baler",
            "baler_id, home_yard_id, rate_mu_per_h, road_speed_km_h, shift_start_min, shift_hours, yuan_per_h, "
            "yuan_per_km",
        ),
        ("day_weather", "weather", "day, workable_fraction"),
        ("day_hours", "hours", "place_id, day, open_min, close_min"),
    ):
        op.execute(
            f"INSERT INTO {table} ({columns}, version) "
            f"SELECT {columns}, 1 FROM season_{kind} WHERE season_id = {newest} ORDER BY id"
        )
    columns = (
        "name, timezone, season_start, season_end, detour_factor, road_speed_km_h, load_minutes_per_t, "
        "unload_minutes_per_t, value_yuan_per_t, shortage_yuan_per_t, lateness_yuan_per_t_day, weigh_minutes, "
        "bale_dry_t"
    )
    op.execute(f"INSERT INTO planning_season ({columns}, version) SELECT {columns}, 1 FROM season WHERE id = {newest}")
    op.execute(
        "INSERT INTO direct_haul_approval (approval_id, town_id, plant_id, valid_from, valid_until, applied_on, "
        "task_force_agreed_on, company_agreed_on, version) "
        "SELECT town_id || '-' || plant_id || '-' || id, town_id, plant_id, valid_from, valid_until, valid_from, "
        f"valid_from, valid_from, 1 FROM season_direct_haul WHERE season_id = {newest}"
    )
    op.execute(
        "INSERT INTO county_roads (content_digest, network, stored_at) "
        f"SELECT content_digest, network, imported_at FROM season_roads JOIN season ON season.id = season_id "
        f"WHERE season_id = {newest}"
    )


def _create_register() -> None:
    op.create_table(
        "county_roads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("network", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_county_roads")),
    )
    op.create_table(
        "day_hours",
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("open_min", sa.Integer(), nullable=True),
        sa.Column("close_min", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_hours")),
        sa.UniqueConstraint("place_id", "day", name=op.f("uq_day_hours_place_id_day")),
    )
    op.create_table(
        "day_weather",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("workable_fraction", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_weather")),
        sa.UniqueConstraint("day", name=op.f("uq_day_weather_day")),
    )
    op.create_table(
        "material",
        sa.Column("material_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("stream", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("material_id", name=op.f("uq_material_material_id")),
    )
    op.create_table(
        "planning_season",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("season_start", sa.Date(), nullable=False),
        sa.Column("season_end", sa.Date(), nullable=False),
        sa.Column("detour_factor", sa.Double(), nullable=False),
        sa.Column("road_speed_km_h", sa.Double(), nullable=False),
        sa.Column("load_minutes_per_t", sa.Double(), nullable=False),
        sa.Column("unload_minutes_per_t", sa.Double(), nullable=False),
        sa.Column("value_yuan_per_t", sa.Double(), nullable=False),
        sa.Column("shortage_yuan_per_t", sa.Double(), nullable=False),
        sa.Column("lateness_yuan_per_t_day", sa.Double(), nullable=False),
        sa.Column("weigh_minutes", sa.Double(), nullable=False),
        sa.Column("bale_dry_t", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planning_season")),
        sa.UniqueConstraint("name", name=op.f("uq_planning_season_name")),
    )
    op.create_table(
        "registry_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("applied_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("source_name", sa.String(length=255), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("undone_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_import")),
    )
    op.create_table(
        "town",
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town")),
        sa.UniqueConstraint("town_id", name=op.f("uq_town_town_id")),
    )
    op.create_table(
        "truck_class",
        sa.Column("truck_class", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("payload_t", sa.Double(), nullable=False),
        sa.Column("bale_capacity", sa.Integer(), nullable=False),
        sa.Column("axles", sa.Integer(), nullable=True),
        sa.Column("gross_limit_t", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_truck_class")),
        sa.UniqueConstraint("truck_class", name=op.f("uq_truck_class_truck_class")),
    )
    op.create_table(
        "collecting_body",
        sa.Column("body_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("filing_number", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["town_id"], ["town.town_id"], name=op.f("fk_collecting_body_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collecting_body")),
        sa.UniqueConstraint("body_id", name=op.f("uq_collecting_body_body_id")),
    )
    op.create_index(op.f("ix_collecting_body_town_id"), "collecting_body", ["town_id"], unique=False)
    op.create_table(
        "end_use_plant",
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("daily_need_t", sa.Double(), nullable=False),
        sa.Column("daily_max_t", sa.Double(), nullable=False),
        sa.Column("storage_t", sa.Double(), nullable=False),
        sa.Column("opening_stock_t", sa.Double(), nullable=False),
        sa.Column("bays", sa.Integer(), nullable=False),
        sa.Column("open_min", sa.Integer(), nullable=False),
        sa.Column("close_min", sa.Integer(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["town_id"], ["town.town_id"], name=op.f("fk_end_use_plant_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_end_use_plant")),
        sa.UniqueConstraint("plant_id", name=op.f("uq_end_use_plant_plant_id")),
    )
    op.create_index(op.f("ix_end_use_plant_town_id"), "end_use_plant", ["town_id"], unique=False)
    op.create_table(
        "grower",
        sa.Column("grower_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["town_id"], ["town.town_id"], name=op.f("fk_grower_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grower")),
        sa.UniqueConstraint("grower_id", name=op.f("uq_grower_grower_id")),
    )
    op.create_index(op.f("ix_grower_name"), "grower", ["name"], unique=False)
    op.create_index(op.f("ix_grower_town_id"), "grower", ["town_id"], unique=False)
    op.create_table(
        "registry_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["registry_import.id"], name=op.f("fk_registry_change_import_id_registry_import")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_change")),
    )
    op.create_index(op.f("ix_registry_change_import_id"), "registry_change", ["import_id"], unique=False)
    op.create_index(op.f("ix_registry_change_key_record_id"), "registry_change", ["key", "record_id"], unique=False)
    op.create_table(
        "direct_haul_approval",
        sa.Column("approval_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.Column("body_id", sa.String(length=64), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("task_force_agreed_on", sa.Date(), nullable=True),
        sa.Column("company_agreed_on", sa.Date(), nullable=True),
        sa.Column("refused_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_id"], ["collecting_body.body_id"], name=op.f("fk_direct_haul_approval_body_id_collecting_body")
        ),
        sa.ForeignKeyConstraint(
            ["plant_id"], ["end_use_plant.plant_id"], name=op.f("fk_direct_haul_approval_plant_id_end_use_plant")
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.town_id"], name=op.f("fk_direct_haul_approval_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direct_haul_approval")),
        sa.UniqueConstraint("approval_id", name=op.f("uq_direct_haul_approval_approval_id")),
    )
    op.create_index(op.f("ix_direct_haul_approval_plant_id"), "direct_haul_approval", ["plant_id"], unique=False)
    op.create_index(op.f("ix_direct_haul_approval_town_id"), "direct_haul_approval", ["town_id"], unique=False)
    op.create_table(
        "farm_field",
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("grower", sa.String(length=200), nullable=False),
        sa.Column("area_mu", sa.Double(), nullable=False),
        sa.Column("crop", sa.String(length=32), nullable=False),
        sa.Column("dry_straw_t", sa.Double(), nullable=False),
        sa.Column("ready_date", sa.Date(), nullable=False),
        sa.Column("clear_by", sa.Date(), nullable=False),
        sa.Column("max_truck_class", sa.String(length=64), nullable=True),
        sa.Column("already_baled_t", sa.Double(), nullable=False),
        sa.Column("grower_id", sa.String(length=64), nullable=True),
        sa.Column("outline", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["grower_id"], ["grower.grower_id"], name=op.f("fk_farm_field_grower_id_grower")),
        sa.ForeignKeyConstraint(
            ["max_truck_class"], ["truck_class.truck_class"], name=op.f("fk_farm_field_max_truck_class_truck_class")
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.town_id"], name=op.f("fk_farm_field_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farm_field")),
        sa.UniqueConstraint("field_id", name=op.f("uq_farm_field_field_id")),
    )
    op.create_index(op.f("ix_farm_field_grower"), "farm_field", ["grower"], unique=False)
    op.create_index(op.f("ix_farm_field_grower_id"), "farm_field", ["grower_id"], unique=False)
    op.create_index(op.f("ix_farm_field_town_id"), "farm_field", ["town_id"], unique=False)
    op.create_table(
        "transfer_yard",
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("area_mu", sa.Double(), nullable=False),
        sa.Column("capacity_t", sa.Double(), nullable=False),
        sa.Column("opening_stock_t", sa.Double(), nullable=False),
        sa.Column("bays", sa.Integer(), nullable=False),
        sa.Column("open_min", sa.Integer(), nullable=False),
        sa.Column("close_min", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("adjacent_plant_id", sa.String(length=64), nullable=True),
        sa.Column("land_kind", sa.String(length=32), nullable=True),
        sa.Column("deposit_paid_yuan", sa.Double(), nullable=True),
        sa.Column("deposit_paid_on", sa.Date(), nullable=True),
        sa.Column("deposit_returned_on", sa.Date(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["adjacent_plant_id"],
            ["end_use_plant.plant_id"],
            name=op.f("fk_transfer_yard_adjacent_plant_id_end_use_plant"),
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.town_id"], name=op.f("fk_transfer_yard_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_yard")),
        sa.UniqueConstraint("yard_id", name=op.f("uq_transfer_yard_yard_id")),
    )
    op.create_index(op.f("ix_transfer_yard_town_id"), "transfer_yard", ["town_id"], unique=False)
    op.create_table(
        "baler",
        sa.Column("baler_id", sa.String(length=64), nullable=False),
        sa.Column("home_yard_id", sa.String(length=64), nullable=False),
        sa.Column("rate_mu_per_h", sa.Double(), nullable=False),
        sa.Column("road_speed_km_h", sa.Double(), nullable=False),
        sa.Column("shift_start_min", sa.Integer(), nullable=False),
        sa.Column("shift_hours", sa.Double(), nullable=False),
        sa.Column("yuan_per_h", sa.Double(), nullable=False),
        sa.Column("yuan_per_km", sa.Double(), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["home_yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_baler_home_yard_id_transfer_yard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baler")),
        sa.UniqueConstraint("baler_id", name=op.f("uq_baler_baler_id")),
    )
    op.create_index(op.f("ix_baler_home_yard_id"), "baler", ["home_yard_id"], unique=False)
    op.create_table(
        "truck",
        sa.Column("truck_id", sa.String(length=64), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=True),
        sa.Column("truck_class", sa.String(length=64), nullable=False),
        sa.Column("home_yard_id", sa.String(length=64), nullable=False),
        sa.Column("shift_start_min", sa.Integer(), nullable=False),
        sa.Column("shift_hours", sa.Double(), nullable=False),
        sa.Column("yuan_per_day", sa.Double(), nullable=False),
        sa.Column("yuan_per_h", sa.Double(), nullable=False),
        sa.Column("yuan_per_km", sa.Double(), nullable=False),
        sa.Column("unladen_t", sa.Double(), nullable=True),
        sa.Column("gross_limit_t", sa.Double(), nullable=True),
        sa.Column("inspected_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["home_yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_truck_home_yard_id_transfer_yard")
        ),
        sa.ForeignKeyConstraint(
            ["truck_class"], ["truck_class.truck_class"], name=op.f("fk_truck_truck_class_truck_class")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_truck")),
        sa.UniqueConstraint("truck_id", name=op.f("uq_truck_truck_id")),
    )
    op.create_index(op.f("ix_truck_home_yard_id"), "truck", ["home_yard_id"], unique=False)
    op.create_index(op.f("ix_truck_plate"), "truck", ["plate"], unique=False)


def _season_tables(names: dict[str, str]) -> dict[str, sa.Table]:
    """The tables of a season under these names, by kind."""
    metadata = sa.MetaData(naming_convention=NAMING)
    sa.Table("season", metadata, sa.Column("id", sa.Integer(), primary_key=True))

    def text(name: str, length: int = 64, *, nullable: bool = False) -> sa.Column[str]:
        return sa.Column(name, sa.String(length), nullable=nullable)

    def numbers(*columns: str) -> list[sa.Column[float]]:
        return [sa.Column(name, sa.Double(), nullable=False) for name in columns]

    def whole(*columns: str, nullable: bool = False) -> list[sa.Column[int]]:
        return [sa.Column(name, sa.Integer(), nullable=nullable) for name in columns]

    def days(*columns: str, nullable: bool = False) -> list[sa.Column[date]]:
        return [sa.Column(name, sa.Date(), nullable=nullable) for name in columns]

    def refers(column: str, kind: str, key: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint(["season_id", column], [f"{names[kind]}.season_id", f"{names[kind]}.{key}"])

    def table(kind: str, *members: sa.schema.SchemaItem, unique: tuple[str, ...] = ()) -> sa.Table:
        keys = [sa.UniqueConstraint("season_id", *unique)] if unique or kind == "roads" else []
        return sa.Table(
            names[kind],
            metadata,
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("season_id", sa.ForeignKey("season.id", ondelete="CASCADE"), nullable=False, index=True),
            *members,
            *keys,
        )

    placed = ("lon", "lat")
    hours = ("open_min", "close_min")
    return {
        "town": table("town", text("town_id"), text("name", 200), *numbers(*placed), unique=("town_id",)),
        "truck_class": table(
            "truck_class", text("truck_class"), *whole("rank"), *numbers("payload_t"), *whole("bale_capacity"),
            unique=("truck_class",),
        ),
        "plant": table(
            "plant", text("plant_id"), text("town_id"), text("name", 200), *numbers(*placed), text("use", 32),
            *numbers("daily_need_t", "daily_max_t", "storage_t", "opening_stock_t"), *whole("bays", *hours),
            refers("town_id", "town", "town_id"), unique=("plant_id",),
        ),
        "yard": table(
            "yard", text("yard_id"), text("town_id"), text("name", 200),
            *numbers(*placed, "area_mu", "capacity_t", "opening_stock_t"), *whole("bays", *hours),
            *days("opens_on", nullable=True), text("adjacent_plant_id", nullable=True),
            refers("town_id", "town", "town_id"), unique=("yard_id",),
        ),
        "field": table(
            "field", text("field_id"), text("town_id"), text("grower", 200), *numbers(*placed, "area_mu"),
            text("crop", 32), *numbers("dry_straw_t"), *days("ready_date", "clear_by"),
            text("max_truck_class", nullable=True), *numbers("already_baled_t"),
            refers("town_id", "town", "town_id"), refers("max_truck_class", "truck_class", "truck_class"),
            unique=("field_id",),
        ),
        "baler": table(
            "baler", text("baler_id"), text("home_yard_id"), *numbers("rate_mu_per_h", "road_speed_km_h"),
            *whole("shift_start_min"), *numbers("shift_hours", "yuan_per_h", "yuan_per_km"),
            refers("home_yard_id", "yard", "yard_id"), unique=("baler_id",),
        ),
        "truck": table(
            "truck", text("truck_id"), text("truck_class"), text("home_yard_id"), *whole("shift_start_min"),
            *numbers("shift_hours", "yuan_per_day", "yuan_per_h", "yuan_per_km"),
            refers("truck_class", "truck_class", "truck_class"), refers("home_yard_id", "yard", "yard_id"),
            unique=("truck_id",),
        ),
        "weather": table("weather", *days("day"), *numbers("workable_fraction"), unique=("day",)),
        "direct_haul": table(
            "direct_haul", text("town_id"), text("plant_id"), *days("valid_from", "valid_until"),
            refers("town_id", "town", "town_id"), refers("plant_id", "plant", "plant_id"),
        ),
        "hours": table(
            "hours", text("place_id"), *days("day"), *whole(*hours, nullable=True), unique=("place_id", "day")
        ),
        "roads": table(
            "roads", *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("network", "drawing"))
        ),
    }  # fmt: skip


_SQLITE_TRIGGERS = tuple(
    f"""CREATE TRIGGER registry_change_refuse_{verb.lower()} BEFORE {verb} ON registry_change
    BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"""
    for verb in ("UPDATE", "DELETE")
)
_POSTGRESQL_TRIGGERS = (
    f"""CREATE FUNCTION registry_change_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{_APPEND_ONLY}' USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER registry_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON registry_change
    FOR EACH STATEMENT EXECUTE FUNCTION registry_change_refuse()""",
)
