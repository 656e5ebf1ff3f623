"""The Chinese catalogue: brought up to date with the sources, compiled, and checked for being complete.

python scripts/translations.py update | compile | check
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"
LOCALE = "zh_Hans_CN"
CATALOGUE = APP / "translations" / LOCALE / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"encoding": "utf-8", "trimmed": "true"}}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Data whose words people read: of these files the texts under these keys, wherever they stand.
TEXT_FILES = ("yard_rules/rulebooks/checklists/*.toml",)
TEXT_KEYS = {"title", "words", "look_at"}
SOURCE_ENDINGS = {".py", ".html", ".js", ".mjs"}
SOURCE_FOLDERS = ("app", "solver", "yard_rules", "scripts")
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def update() -> int:
    """Add new messages to the catalogue and drop those that no source holds; return 0."""
    catalogue = _read_catalogue() if CATALOGUE.exists() else Catalog(locale=LOCALE)
    catalogue.header_comment = "# The Chinese texts of Strawline; the msgids are the English ones."
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "Strawline", "1", ""
    catalogue.last_translator, catalogue.language_team, catalogue.fuzzy = "", LOCALE, False
    catalogue.revision_date = catalogue.creation_date
    catalogue.update(
        _messages_of_sources(), no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False
    )
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=118, no_location=True, ignore_obsolete=True, sort_output=True)
    untranslated = [message for message in _messages(catalogue) if not _is_translated(message)]
    print(f"{CATALOGUE.relative_to(ROOT)}: {len(untranslated)} of {len(catalogue)} messages wait for a translation")
    return 0


def compile_catalogue() -> int:
    """Write messages.mo beside the catalogue; return 0."""
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, _read_catalogue())
    return 0


def check() -> int:
    """Print every fault of the catalogue and every Chinese text outside it; return 1 if there is one, else 0."""
    faults = [*_catalogue_faults(), *_chinese_in_sources()]
    for fault in faults:
        print(fault)
    print(f"translations: {len(faults)} faults" if faults else "translations: complete")
    return 1 if faults else 0


def _catalogue_faults() -> Iterator[str]:
    catalogue = _read_catalogue()
    wanted = {_key(message) for message in _messages(_messages_of_sources())}
    kept = {_key(message) for message in _messages(catalogue)}
    yield from (f"not in the catalogue (make translations): {_shown(key)}" for key in sorted(wanted - kept))
    yield from (
        f"in the catalogue, but in no source (make translations): {_shown(key)}" for key in sorted(kept - wanted)
    )
    for message in _messages(catalogue):
        if not _is_translated(message):
            yield f"not translated: {_shown(_key(message))}"
        elif message.fuzzy:
            yield f"fuzzy: {_shown(_key(message))}"
        elif _placeholders(message.id) != _placeholders(message.string):
            yield f"the translation has other placeholders: {_shown(_key(message))}"


def _chinese_in_sources() -> Iterator[str]:
    for folder in SOURCE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in SOURCE_ENDINGS or "vendor" in path.parts or "node_modules" in path.parts:
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if CHINESE.search(line):
                    yield f"Chinese outside the catalogue: {path.relative_to(ROOT)}:{number}"


def _messages_of_sources() -> Catalog:
    template = Catalog(project="Strawline")
    for _file, _line, message, comments, context in extract_from_dir(APP, METHODS, OPTIONS, keywords=KEYWORDS):
        template.add(message, None, auto_comments=comments, context=context)
    for pattern in TEXT_FILES:
        for path in sorted(ROOT.glob(pattern)):
            for text in _texts(tomllib.loads(path.read_text(encoding="utf-8"))):
                template.add(text)
    return template


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, list):
        for part in content:
            yield from _texts(part)
    elif isinstance(content, dict):
        for key, value in content.items():
            if key in TEXT_KEYS and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)


def _read_catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale=LOCALE)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def _shown(key: tuple[str, str]) -> str:
    context, text = key
    return f"{context} | {text}" if context else text


def _is_translated(message: Message) -> bool:
    texts = (message.string,) if isinstance(message.string, str) else message.string
    return bool(texts) and all(texts)


def _placeholders(texts: str | tuple[str, ...] | list[str]) -> set[str]:
    return {mark for text in ([texts] if isinstance(texts, str) else texts) for mark in PLACEHOLDER.findall(text)}


ACTIONS: dict[str, Callable[[], int]] = {"update": update, "compile": compile_catalogue, "check": check}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ACTIONS:
        sys.exit(__doc__)
    sys.exit(ACTIONS[sys.argv[1]]())
