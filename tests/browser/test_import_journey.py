"""An administrator invites a town official, who imports the town's fields, mends the faults, sees them and takes them
away again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.operations import open_account
from app.database.engine import db
from app.file_exchange.archives import Archive, Limits
from app.file_exchange.registry_columns import REGISTRY_TABLES
from app.file_exchange.table_read import read_rows_of
from app.file_exchange.workbooks_in import read_workbook
from app.file_exchange.workbooks_out import write_workbook
from app.registry.changes import apply_changes, propose
from tests.app.made_files import workbook
from tests.app.test_registry_imports import OTHER_TOWN
from tests.browser.accessibility import axe_faults
from tests.browser.conftest import LARGE, SMALL, log_in, served
from tests.conftest import PASSWORD, Template

ADMINISTRATOR, OFFICIAL = "chief@imports.example", "town@imports.example"
TOWN = "330481107"
FIELDS = 300
TABLE = REGISTRY_TABLES["fields"]
HEADINGS = [column.name("zh") for column in TABLE.columns]
KEYS = [column.key for column in TABLE.columns]
# What is wrong in which row (the headings are row 1), and what is right there.
FAULTS: dict[int, tuple[str, Any]] = {
    3: ("crop", "竹子"),
    17: ("area_mu", "很多"),
    30: ("area_mu", -4),
    44: ("ready_date", "2026-13-40"),
    58: ("clear_by", date(2026, 10, 1)),
    71: ("town_id", "没有这个镇"),
    99: ("town_id", OTHER_TOWN["name"]),
    120: ("grower", None),
    155: ("lat", 120.5),
    201: ("max_truck_class", "c99"),
    240: ("field_id", "J0001"),
    290: ("dry_straw_t", "12吨多"),
}


@pytest.fixture(scope="module")
def import_server(sqlite_copy: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small town and another one, with an administrator."""
    yield from served(lambda: sqlite_copy("county"), tmp_path_factory.mktemp("imports"), _open_administrator)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_an_invited_town_official_imports_mends_sees_and_exports_the_fields(
    import_server: str, guarded_context: Callable[..., BrowserContext], tmp_path: Path, size: dict[str, int]
) -> None:
    official = invited_official(import_server, guarded_context, size)
    prefix = "J" if size is SMALL else "K"
    rows = [{**row, "field_id": prefix + str(row["field_id"])[1:]} for row in good_rows()]
    faulty = tmp_path / "fields.xlsx"
    faulty.write_bytes(workbook({"田块": [HEADINGS, *faulty_cells(rows)]}))

    official.goto("/registry/fields")
    official.get_by_role("link", name="导入", exact=True).click()
    with official.expect_download() as template:
        official.get_by_role("link", name="下载模板").click()
    assert read_rows_of(Path(template.value.path()).read_bytes(), TABLE).can_be_used
    shot(official, tmp_path, "choose", size)
    official.set_input_files("#file", faulty)
    official.get_by_role("button", name="查看会有哪些变动").click()

    # the twelve faults, each with its place and its reason; nothing is applied
    expect(official.locator("#faults tbody tr")).to_have_count(len(FAULTS))
    shown = official.locator("#faults tbody tr .number").all_inner_texts()
    assert sorted(map(int, shown)) == sorted(FAULTS)
    expect(official.locator("main")).to_contain_text("288")
    shot(official, tmp_path, "faults", size)
    with official.expect_download() as marked:
        official.get_by_role("link", name="下载标出问题的文件").click()

    # mended in the copy that says what is wrong, and sent from the same page
    mended = tmp_path / "mended.xlsx"
    mended.write_bytes(mended_copy(Path(marked.value.path()), rows))
    official.set_input_files("#file", mended)
    official.get_by_role("button", name="上传改好的文件").click()
    expect(official.locator("#counts tr[data-key=fields] td").first).to_have_text(str(FIELDS))
    expect(official.locator("#faults")).to_have_count(0)
    shot(official, tmp_path, "preview", size)
    official.get_by_role("button", name="确认导入").click()
    official.wait_for_url(re.compile(r"/registry/imports/\d+$"))
    expect(official.locator("#counts [data-key=fields] dd")).to_contain_text(str(FIELDS))
    expect(official.locator(f"#import-map[data-drawn='{FIELDS}']")).to_be_visible()
    shot(official, tmp_path, "done", size)

    # in the list and on its map, and out again as they came
    official.goto(f"/registry/fields?q={prefix}0")
    expect(official.locator("h1")).to_contain_text(str(FIELDS))
    expect(official.locator("#registry-map canvas").first).to_be_visible()
    official.get_by_text("导出", exact=True).click()
    shot(official, tmp_path, "list", size)
    with official.expect_download() as exported:
        official.get_by_role("link", name="本列表（Excel）").click()
    read = read_rows_of(Path(exported.value.path()).read_bytes(), TABLE)
    out = {str(row.values["field_id"]): row.values for row in read.rows}
    assert {key: {**values, "grower_id": None} for key, values in out.items()} == {
        str(row["field_id"]): row for row in rows
    }

    official.goto("/registry/imports")
    official.locator("#imports tbody a").first.click()
    # without its scripts the page undoes at once
    official.wait_for_url(re.compile(r"/registry/imports/\d+$"), wait_until="load")
    official.get_by_role("button", name="撤销这次导入").click()
    official.locator("#undo-dialog [data-confirmed]").click()
    expect(official.locator("main")).to_contain_text("撤销")
    official.goto(f"/registry/fields?q={prefix}0")
    expect(official.locator("main")).to_contain_text("没有")


def test_a_table_of_any_page_is_had_as_a_workbook(
    import_server: str, guarded_context: Callable[..., BrowserContext]
) -> None:
    page = guarded_context(base_url=import_server, viewport=SMALL).new_page()
    log_in(page, ADMINISTRATOR)
    page.goto("/people?q=Chief", wait_until="load")
    with page.expect_download() as made:
        page.locator("[data-table-excel]").click()
    data = Path(made.value.path()).read_bytes()
    (sheet,) = read_workbook(Archive(data, Limits()), Limits())
    assert [row[0] for row in sheet.rows[1:]] == ["Chief"]
    assert ADMINISTRATOR in sheet.rows[1]


def invited_official(server: str, guarded_context: Callable[..., BrowserContext], size: dict[str, int]) -> Page:
    """The page of an official whom the administrator has invited just now."""
    email = OFFICIAL if size is SMALL else f"second-{OFFICIAL}"
    office = guarded_context(base_url=server, viewport=size).new_page()
    log_in(office, ADMINISTRATOR)
    office.goto("/people/new")
    office.fill("#name", "甲镇（演示）")
    office.fill("#email", email)
    office.get_by_label("镇（街道）主管").check()
    office.locator("#places summary").first.click()
    office.locator(f"#places input[name=town][value='{TOWN}']").check()
    office.get_by_role("button", name="生成邀请").click()
    link = office.locator("#one-time-link").inner_text()
    page = guarded_context(base_url=server, viewport=size).new_page()
    page.goto(link)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.get_by_role("button", name="设置密码").click()
    page.wait_for_url(re.compile("/login"))
    log_in(page, email)
    return page


def good_rows() -> list[dict[str, Any]]:
    """The town's fields as they are right."""
    return [
        {
            "field_id": f"J{number:04d}",
            "town_id": TOWN,
            "grower": f"演示户{number % 40:02d}",
            "lon": round(120.5 + 0.002 * (number % 20), 6),
            "lat": round(30.5 + 0.002 * (number // 20), 6),
            "area_mu": round(10 + number / 10, 1),
            "crop": "rice",
            "dry_straw_t": round(4 + number / 100, 2),
            "ready_date": date(2026, 11, 9) + timedelta(days=number % 4),
            "clear_by": date(2026, 11, 20),
            "max_truck_class": None,
            "already_baled_t": 0.0,
            "grower_id": None,
        }
        for number in range(1, FIELDS + 1)
    ]


def faulty_cells(rows: list[dict[str, Any]]) -> Iterator[list[Any]]:
    """The rows as somebody typed them, with twelve cells wrong."""
    first_id = rows[0]["field_id"]
    for number, row in enumerate(rows, start=2):
        cells = [
            None if row[key] is None else TABLE.columns[KEYS.index(key)].kind.written(row[key], "zh") for key in KEYS
        ]
        if number in FAULTS:
            key, wrong = FAULTS[number]
            cells[KEYS.index(key)] = first_id if key == "field_id" else wrong
        yield cells


def mended_copy(marked: Path, rows: list[dict[str, Any]]) -> bytes:
    """The marked copy with every cell that it marks put right."""
    data = marked.read_bytes()
    (sheet,) = read_workbook(Archive(data, Limits()), Limits())
    reasons = [row[len(KEYS)] if len(row) > len(KEYS) else "" for row in sheet.rows]
    assert [number for number, reason in enumerate(reasons, start=1) if reason][1:] == sorted(FAULTS)
    right = write_workbook([(TABLE, rows)], language="zh")
    (as_right, *_others) = read_workbook(Archive(right, Limits()), Limits())
    lines = [list(sheet.rows[0])]
    for number, row in enumerate(sheet.rows[1:], start=2):
        cells = list(row[: len(KEYS)]) if number not in FAULTS else list(as_right.rows[number - 1])
        lines.append([None if cell == "" else cell for cell in cells])
    return workbook({"田块": lines})


def shot(page: Page, folder: Path, name: str, size: dict[str, int]) -> None:
    """Keep a picture of the page, which has no serious fault for those who see little."""
    assert axe_faults(page) == []
    page.screenshot(path=folder / f"{name}-{size['width']}.png", full_page=True)


def _open_administrator(app: Flask) -> None:
    with app.app_context():
        proposal = propose(db.session, {"towns": [OTHER_TOWN]}, withdraw_missing=False)
        apply_changes(db.session, proposal.changes)
        open_account(db.session, email=ADMINISTRATOR, name="Chief", password=PASSWORD, role_names=["administrator"])
        db.session.commit()
