"""The order of Chinese names: by their sound, the same on SQLite, on PostgreSQL and in Python."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, String, UnaryExpression
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

# Characters of names that GB 18030 does not order by sound, each with one that is read alike and that it does.
READ_AS: Final[dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("read_as.toml").read_text(encoding="utf-8")
)["read_as"]  # fmt: skip
_AS_READ: Final = str.maketrans(READ_AS)
_KEPT_KEYS = 50_000


def pinyin_order(column: Any, *, descending: bool = False) -> UnaryExpression[Any]:
    """What a query orders by so that texts come as a Chinese reader looks for them; what is missing comes last."""
    key: ColumnElement[Any] = _PinyinKey(column)
    return (key.desc() if descending else key.asc()).nulls_last()


@lru_cache(_KEPT_KEYS)
def pinyin_key(text: str | None) -> bytes | None:
    """Return what sorts texts by pinyin: the bytes of GB 18030, whose 3,755 common characters stand in that order."""
    return None if text is None else str(text).lower().translate(_AS_READ).encode("gb18030", errors="replace")


class _PinyinKey(GenericFunction[bytes]):
    type = LargeBinary()
    name = "pinyin_key"
    inherit_cache = True


@compiles(_PinyinKey, "postgresql")
def _on_postgresql(element: _PinyinKey, compiler: SQLCompiler, **options: Any) -> str:
    """PostgreSQL has no such function, and its collations by ICU are not on every server; GB 18030 is."""
    (text,) = element.clauses
    name = f"lower({compiler.process(text, **options)})"
    some, rare, common = (
        compiler.render_literal_value("".join(part), String())
        for part in (("[", *READ_AS, "]"), READ_AS, READ_AS.values())
    )
    # Looking for a rare character first is five times quicker than translating every name.
    return f"convert_to(CASE WHEN {name} ~ {some} THEN translate({name}, {rare}, {common}) ELSE {name} END, 'GB18030')"
