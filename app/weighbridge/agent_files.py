"""The agent's folder: files that only its owner reads, written whole or not at all, and one agent to a folder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_NAME: Final = "agent.key"
TAKEN_NAME: Final = "taken.json"
_ANSWERS_KEPT: Final = 8


class FolderInUse(Exception):
    """Another agent runs with this folder."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A taken reading as it went to the page that asked with this nonce."""

    nonce: str
    payload: str
    signature: str


class TakenBook:
    """How many readings this agent has taken, and its last answers: kept on disk before any of them goes out."""

    def __init__(self, folder: Path, *, if_damaged_seq: int) -> None:
        """A damaged file is put aside; counting goes on from `if_damaged_seq`, which must be higher than any before."""
        self._path = folder / TAKEN_NAME
        self.damaged = False
        self.seq, self._answers = 0, list[Answer]()
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            self.seq, self._answers = int(kept["seq"]), [Answer(**answer) for answer in kept["answers"]]
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError):
            self._path.replace(self._path.with_suffix(".damaged"))
            self.damaged, self.seq = True, if_damaged_seq

    def answer(self, nonce: str) -> Answer | None:
        """Return what was answered to this nonce, if it was asked lately."""
        return next((answer for answer in self._answers if answer.nonce == nonce), None)

    def add(self, answer: Answer, *, seq: int) -> None:
        """Keep the answer; raises OSError where the disk does not take it, and then nothing has been taken."""
        answers = [*self._answers, answer][-_ANSWERS_KEPT:]
        kept = {"seq": seq, "answers": [asdict(one) for one in answers]}
        write_whole(self._path, json.dumps(kept).encode())
        self.seq, self._answers = seq, answers


def agent_key(folder: Path) -> Ed25519PrivateKey:
    """Return the key of this folder, made when first asked for."""
    path = folder / KEY_NAME
    if path.exists():
        key: Any = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path} holds another kind of key")
        return key
    made = Ed25519PrivateKey.generate()
    write_whole(path, pem(made))
    return made


def pem(key: Any) -> bytes:
    """Return a private key as PEM text."""
    return key.private_bytes(  # type: ignore[no-any-return]
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads; after a power cut it holds either this or what it held before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    if sys.platform != "win32":
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def only_agent(folder: Path) -> Iterator[None]:
    """Hold the folder; raises FolderInUse while another process does. The system lets go when the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError as held:
            raise FolderInUse(f"another agent runs with the folder {folder}") from held
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
