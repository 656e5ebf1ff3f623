"""Names of files that a browser keeps."""

from __future__ import annotations

import pytest
from flask import Flask

from app.downloads import download


@pytest.mark.parametrize("name", ["tickets-20261123.xlsx", "田块-标出问题.xlsx", 'a "quoted"; name.xlsx'])
def test_a_file_of_any_name_leaves_over_http(name: str) -> None:
    app = Flask("downloads")
    app.add_url_rule("/", view_func=lambda: download("content", name))
    answer = app.test_client().get("/")
    # what a server writes to the line: nothing but Latin letters
    for _, value in answer.headers:
        value.encode("latin-1")
    kept = answer.headers["Content-Disposition"]
    assert kept.startswith("attachment; filename")
    assert name.isascii() or "filename*=UTF-8''%E7%94%B0%E5%9D%97" in kept
    assert answer.data == b"content"
