"""Sentences to be translated where they are shown: nothing here knows of a request or a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# gettext of a catalogue.
Translate = Callable[[str], str]


def _(message: str) -> str:
    """Mark for translation; the text is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Message:
    """An English msgid with its parameters; a parameter may be a message itself."""

    msgid: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Translate = str) -> str:
        """Return the sentence in the language of `translate` (gettext of a catalogue); in English without one."""
        values = {
            name: value.text(translate) if isinstance(value, Message) else value for name, value in self.values.items()
        }
        return translate(self.msgid) % values if values else translate(self.msgid)

    def __str__(self) -> str:
        return self.text()
