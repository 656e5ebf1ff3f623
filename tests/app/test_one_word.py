"""One thing has one word in the Chinese catalogue (docs/glossary.md)."""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po

import app

CATALOGUE = Path(app.__file__).with_name("translations") / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
# Of a word that means something else: the texts that mean that.
STACKING = {"single bales too wet for a stack", "too wet for any stack"}


def test_a_stack_is_called_by_its_word_and_stacking_by_another() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file)
    said = {message.id for message in catalogue if message.id and "堆垛" in str(message.string)}
    assert said == STACKING
