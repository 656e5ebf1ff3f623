"""Settings: what the environment says, else defaults that suit one machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECRET_FILE = "secret-key"
_SECRET_BYTES = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that may differ from one installation to the next.

    `instance` is the folder of what this installation writes (database, secret key, caches). `secure_cookies` True
    sends cookies over HTTPS only: set it wherever the server is reached through a network.
    """

    instance: Path
    database_url: str
    secret_key: str
    secure_cookies: bool = False
    busy_timeout_ms: int = 10_000
    styleguide: bool = False

    @property
    def cache_folder(self) -> Path:
        """Where answers that can be made again are kept, such as road matrices."""
        return self.instance / "cache"


def config_from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """Return the settings of this installation, making its instance folder and secret key where they are missing.

    Reads STRAWLINE_INSTANCE (a folder, default ./instance), STRAWLINE_DATABASE_URL (default SQLite in that folder),
    STRAWLINE_SECRET_KEY (default: a key kept in the folder, readable by its owner only) and
    STRAWLINE_SECURE_COOKIES (1 for yes).
    """
    environment = os.environ if environment is None else environment
    instance = Path(environment.get("STRAWLINE_INSTANCE", "instance")).resolve()
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Config(
        instance=instance,
        database_url=environment.get("STRAWLINE_DATABASE_URL") or f"sqlite:///{instance / 'strawline.sqlite'}",
        secret_key=environment.get("STRAWLINE_SECRET_KEY") or _kept_secret(instance / SECRET_FILE),
        secure_cookies=environment.get("STRAWLINE_SECURE_COOKIES", "") == "1",
        styleguide=environment.get("STRAWLINE_STYLEGUIDE", "") == "1",
    )


def _kept_secret(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    key = secrets.token_urlsafe(_SECRET_BYTES)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
    return key
