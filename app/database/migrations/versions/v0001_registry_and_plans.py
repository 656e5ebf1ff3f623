"""The registry, accounts and plan versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.base import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.Column("permissions", sa.UnicodeText(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "season",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season")),
        sa.UniqueConstraint("content_digest", name=op.f("uq_season_content_digest")),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_role_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_account_role_role_id_role"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_role")),
    )
    op.create_table(
        "county_roads",
        sa.Column("network", sa.LargeBinary(), nullable=False),
        sa.Column("drawing", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_county_roads_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_county_roads")),
        sa.UniqueConstraint("season_id", name=op.f("uq_county_roads_season_id")),
    )
    op.create_index(op.f("ix_county_roads_season_id"), "county_roads", ["season_id"], unique=False)
    op.create_table(
        "day_hours",
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("open_min", sa.Integer(), nullable=True),
        sa.Column("close_min", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_day_hours_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_hours")),
        sa.UniqueConstraint("season_id", "place_id", "day", name=op.f("uq_day_hours_season_id_place_id_day")),
    )
    op.create_index(op.f("ix_day_hours_season_id"), "day_hours", ["season_id"], unique=False)
    op.create_table(
        "day_weather",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("workable_fraction", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_day_weather_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_weather")),
        sa.UniqueConstraint("season_id", "day", name=op.f("uq_day_weather_season_id_day")),
    )
    op.create_index(op.f("ix_day_weather_season_id"), "day_weather", ["season_id"], unique=False)
    op.create_table(
        "plan_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("programme_summary", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_plan_version_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
    )
    op.create_index(op.f("ix_plan_version_season_id"), "plan_version", ["season_id"], unique=False)
    op.create_table(
        "town",
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_town_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town")),
        sa.UniqueConstraint("season_id", "town_id", name=op.f("uq_town_season_id_town_id")),
    )
    op.create_index(op.f("ix_town_season_id"), "town", ["season_id"], unique=False)
    op.create_table(
        "truck_class",
        sa.Column("truck_class", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("payload_t", sa.Double(), nullable=False),
        sa.Column("bale_capacity", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_truck_class_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_truck_class")),
        sa.UniqueConstraint("season_id", "truck_class", name=op.f("uq_truck_class_season_id_truck_class")),
    )
    op.create_index(op.f("ix_truck_class_season_id"), "truck_class", ["season_id"], unique=False)
    op.create_table(
        "end_use_plant",
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("daily_need_t", sa.Double(), nullable=False),
        sa.Column("daily_max_t", sa.Double(), nullable=False),
        sa.Column("storage_t", sa.Double(), nullable=False),
        sa.Column("opening_stock_t", sa.Double(), nullable=False),
        sa.Column("bays", sa.Integer(), nullable=False),
        sa.Column("open_min", sa.Integer(), nullable=False),
        sa.Column("close_min", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id", "town_id"],
            ["town.season_id", "town.town_id"],
            name=op.f("fk_end_use_plant_season_id_town_id_town"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_end_use_plant_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_end_use_plant")),
        sa.UniqueConstraint("season_id", "plant_id", name=op.f("uq_end_use_plant_season_id_plant_id")),
    )
    op.create_index(op.f("ix_end_use_plant_season_id"), "end_use_plant", ["season_id"], unique=False)
    op.create_table(
        "farm_field",
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("grower", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("area_mu", sa.Double(), nullable=False),
        sa.Column("crop", sa.String(length=32), nullable=False),
        sa.Column("dry_straw_t", sa.Double(), nullable=False),
        sa.Column("ready_date", sa.Date(), nullable=False),
        sa.Column("clear_by", sa.Date(), nullable=False),
        sa.Column("max_truck_class", sa.String(length=64), nullable=True),
        sa.Column("already_baled_t", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id", "max_truck_class"],
            ["truck_class.season_id", "truck_class.truck_class"],
            name=op.f("fk_farm_field_season_id_max_truck_class_truck_class"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id", "town_id"],
            ["town.season_id", "town.town_id"],
            name=op.f("fk_farm_field_season_id_town_id_town"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_farm_field_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farm_field")),
        sa.UniqueConstraint("season_id", "field_id", name=op.f("uq_farm_field_season_id_field_id")),
    )
    op.create_index(op.f("ix_farm_field_season_id"), "farm_field", ["season_id"], unique=False)
    op.create_table(
        "plan_baler_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("baler_id", sa.String(length=64), nullable=False),
        sa.Column("km", sa.Double(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("cost_yuan", sa.Double(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan_version.id"], name=op.f("fk_plan_baler_day_plan_id_plan_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "day", "baler_id", name=op.f("pk_plan_baler_day")),
    )
    op.create_table(
        "plan_baler_stop",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("baler_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("arrive_min", sa.Integer(), nullable=False),
        sa.Column("start_min", sa.Integer(), nullable=False),
        sa.Column("end_min", sa.Integer(), nullable=False),
        sa.Column("area_mu", sa.Double(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan_version.id"], name=op.f("fk_plan_baler_stop_plan_id_plan_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "day", "baler_id", "seq", name=op.f("pk_plan_baler_stop")),
    )
    op.create_table(
        "plan_haul",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("haul_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("origin_ids", sa.Text(), nullable=False),
        sa.Column("destination_id", sa.String(length=64), nullable=False),
        sa.Column("dry_t", sa.Double(), nullable=False),
        sa.Column("bales", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan_version.id"], name=op.f("fk_plan_haul_plan_id_plan_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "day", "haul_id", name=op.f("pk_plan_haul")),
    )
    op.create_table(
        "plan_opening",
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("area_mu", sa.Double(), nullable=False),
        sa.Column("dry_straw_t", sa.Double(), nullable=False),
        sa.Column("already_baled_t", sa.Double(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan_version.id"], name=op.f("fk_plan_opening_plan_id_plan_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "field_id", name=op.f("pk_plan_opening")),
    )
    op.create_table(
        "plan_season_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("bale_date", sa.Date(), nullable=True),
        sa.Column("haul_date", sa.Date(), nullable=False),
        sa.Column("destination_id", sa.String(length=64), nullable=False),
        sa.Column("dry_t", sa.Double(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan_version.id"], name=op.f("fk_plan_season_row_plan_id_plan_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_season_row")),
    )
    op.create_index(
        op.f("ix_plan_season_row_plan_id_source_haul_date"),
        "plan_season_row",
        ["plan_id", "source", "haul_date"],
        unique=False,
    )
    op.create_table(
        "plan_stock",
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("opening_t", sa.Double(), nullable=False),
        sa.Column("in_t", sa.Double(), nullable=False),
        sa.Column("out_t", sa.Double(), nullable=False),
        sa.Column("used_t", sa.Double(), nullable=False),
        sa.Column("closing_t", sa.Double(), nullable=False),
        sa.Column("short_t", sa.Double(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan_version.id"], name=op.f("fk_plan_stock_plan_id_plan_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "source", "day", "place_id", name=op.f("pk_plan_stock")),
    )
    op.create_table(
        "plan_truck_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("truck_id", sa.String(length=64), nullable=False),
        sa.Column("loaded_km", sa.Double(), nullable=False),
        sa.Column("empty_km", sa.Double(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("dry_t", sa.Double(), nullable=False),
        sa.Column("cost_yuan", sa.Double(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan_version.id"], name=op.f("fk_plan_truck_day_plan_id_plan_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "day", "truck_id", name=op.f("pk_plan_truck_day")),
    )
    op.create_table(
        "plan_truck_stop",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("truck_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("haul_id", sa.String(length=64), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("arrive_min", sa.Integer(), nullable=False),
        sa.Column("start_min", sa.Integer(), nullable=False),
        sa.Column("end_min", sa.Integer(), nullable=False),
        sa.Column("dry_t", sa.Double(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan_version.id"], name=op.f("fk_plan_truck_stop_plan_id_plan_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "day", "truck_id", "seq", name=op.f("pk_plan_truck_stop")),
    )
    op.create_table(
        "plan_unserved",
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("dry_t", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("would_be_served_if", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan_version.id"], name=op.f("fk_plan_unserved_plan_id_plan_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "field_id", name=op.f("pk_plan_unserved")),
    )
    op.create_table(
        "programme_linehaul",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("origin_id", sa.String(length=64), nullable=False),
        sa.Column("destination_id", sa.String(length=64), nullable=False),
        sa.Column("dry_t", sa.Double(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["plan_version.id"],
            name=op.f("fk_programme_linehaul_plan_id_plan_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("plan_id", "day", "origin_id", "destination_id", name=op.f("pk_programme_linehaul")),
    )
    op.create_table(
        "transfer_yard",
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("area_mu", sa.Double(), nullable=False),
        sa.Column("capacity_t", sa.Double(), nullable=False),
        sa.Column("opening_stock_t", sa.Double(), nullable=False),
        sa.Column("bays", sa.Integer(), nullable=False),
        sa.Column("open_min", sa.Integer(), nullable=False),
        sa.Column("close_min", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("adjacent_plant_id", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id", "town_id"],
            ["town.season_id", "town.town_id"],
            name=op.f("fk_transfer_yard_season_id_town_id_town"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_transfer_yard_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_yard")),
        sa.UniqueConstraint("season_id", "yard_id", name=op.f("uq_transfer_yard_season_id_yard_id")),
    )
    op.create_index(op.f("ix_transfer_yard_season_id"), "transfer_yard", ["season_id"], unique=False)
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
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id", "home_yard_id"],
            ["transfer_yard.season_id", "transfer_yard.yard_id"],
            name=op.f("fk_baler_season_id_home_yard_id_transfer_yard"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_baler_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baler")),
        sa.UniqueConstraint("season_id", "baler_id", name=op.f("uq_baler_season_id_baler_id")),
    )
    op.create_index(op.f("ix_baler_season_id"), "baler", ["season_id"], unique=False)
    op.create_table(
        "direct_haul_approval",
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id", "plant_id"],
            ["end_use_plant.season_id", "end_use_plant.plant_id"],
            name=op.f("fk_direct_haul_approval_season_id_plant_id_end_use_plant"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id", "town_id"],
            ["town.season_id", "town.town_id"],
            name=op.f("fk_direct_haul_approval_season_id_town_id_town"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_direct_haul_approval_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direct_haul_approval")),
    )
    op.create_index(op.f("ix_direct_haul_approval_season_id"), "direct_haul_approval", ["season_id"], unique=False)
    op.create_table(
        "truck",
        sa.Column("truck_id", sa.String(length=64), nullable=False),
        sa.Column("truck_class", sa.String(length=64), nullable=False),
        sa.Column("home_yard_id", sa.String(length=64), nullable=False),
        sa.Column("shift_start_min", sa.Integer(), nullable=False),
        sa.Column("shift_hours", sa.Double(), nullable=False),
        sa.Column("yuan_per_day", sa.Double(), nullable=False),
        sa.Column("yuan_per_h", sa.Double(), nullable=False),
        sa.Column("yuan_per_km", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id", "home_yard_id"],
            ["transfer_yard.season_id", "transfer_yard.yard_id"],
            name=op.f("fk_truck_season_id_home_yard_id_transfer_yard"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id", "truck_class"],
            ["truck_class.season_id", "truck_class.truck_class"],
            name=op.f("fk_truck_season_id_truck_class_truck_class"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["season.id"], name=op.f("fk_truck_season_id_season"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_truck")),
        sa.UniqueConstraint("season_id", "truck_id", name=op.f("uq_truck_season_id_truck_id")),
    )
    op.create_index(op.f("ix_truck_season_id"), "truck", ["season_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_truck_season_id"), table_name="truck")
    op.drop_table("truck")
    op.drop_index(op.f("ix_direct_haul_approval_season_id"), table_name="direct_haul_approval")
    op.drop_table("direct_haul_approval")
    op.drop_index(op.f("ix_baler_season_id"), table_name="baler")
    op.drop_table("baler")
    op.drop_index(op.f("ix_transfer_yard_season_id"), table_name="transfer_yard")
    op.drop_table("transfer_yard")
    op.drop_table("programme_linehaul")
    op.drop_table("plan_unserved")
    op.drop_table("plan_truck_stop")
    op.drop_table("plan_truck_day")
    op.drop_table("plan_stock")
    op.drop_index(op.f("ix_plan_season_row_plan_id_source_haul_date"), table_name="plan_season_row")
    op.drop_table("plan_season_row")
    op.drop_table("plan_opening")
    op.drop_table("plan_haul")
    op.drop_table("plan_baler_stop")
    op.drop_table("plan_baler_day")
    op.drop_index(op.f("ix_farm_field_season_id"), table_name="farm_field")
    op.drop_table("farm_field")
    op.drop_index(op.f("ix_end_use_plant_season_id"), table_name="end_use_plant")
    op.drop_table("end_use_plant")
    op.drop_index(op.f("ix_truck_class_season_id"), table_name="truck_class")
    op.drop_table("truck_class")
    op.drop_index(op.f("ix_town_season_id"), table_name="town")
    op.drop_table("town")
    op.drop_index(op.f("ix_plan_version_season_id"), table_name="plan_version")
    op.drop_table("plan_version")
    op.drop_index(op.f("ix_day_weather_season_id"), table_name="day_weather")
    op.drop_table("day_weather")
    op.drop_index(op.f("ix_day_hours_season_id"), table_name="day_hours")
    op.drop_table("day_hours")
    op.drop_index(op.f("ix_county_roads_season_id"), table_name="county_roads")
    op.drop_table("county_roads")
    op.drop_table("account_role")
    op.drop_table("season")
    op.drop_table("role")
    op.drop_table("account")
