"""Chinese first, English second: which language this visitor reads, and how they change it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from babel import Locale
from flask import Blueprint, Flask, redirect, request, session
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response

from app.accounts.permissions import Door, needs
from app.errors import NO_SUCH_LANGUAGE, Refusal

LANGUAGES = ("zh_Hans_CN", "en")
TRANSLATIONS = Path(__file__).with_name("translations")
_SESSION_MEMBER = "language"

language_views = Blueprint("language", __name__)


def set_up_languages(app: Flask) -> None:
    """Offer the languages; templates know the chosen one as `page_language` (BCP 47), the other as `other_language`."""
    Babel(
        app,
        default_locale=LANGUAGES[0],
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=chosen_language,
    )
    app.register_blueprint(language_views)

    @app.context_processor
    def _page_language() -> dict[str, object]:
        chosen = reader_language()
        other = next(language for language in LANGUAGES if language != chosen)
        return {
            "page_language": chosen.replace("_", "-"),
            "other_language": {"code": other, "name": Locale.parse(other).language_name},
        }


def chosen_language() -> str:
    """Return what the visitor chose, else Chinese."""
    chosen = session.get(_SESSION_MEMBER)
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def reader_language() -> str:
    """Return the language of this answer's reader, as columns and kinds of records know it."""
    return str(get_locale() or LANGUAGES[0])


@contextmanager
def spoken(choice: str) -> Iterator[None]:
    """Texts within are in the language of a command's choice (`app.command_group.LANGUAGES_OF_COMMANDS`), though no app
    with its database runs."""
    quiet = Flask(__name__)
    language = next(language for language in LANGUAGES if language.startswith(choice))
    Babel(quiet, default_locale=language, default_translation_directories=str(TRANSLATIONS))
    with quiet.app_context():
        yield


@language_views.post("/language/<language>")
@needs(Door.ANYONE)
def switch_language(language: str) -> Response:
    if language not in LANGUAGES:
        raise Refusal(NO_SUCH_LANGUAGE, [language])
    session[_SESSION_MEMBER] = language
    return redirect(_own_page(request.form.get("next", "")))


def _own_page(address: str) -> str:
    """The address if it is a page of this site, else the first page: a form must not send a visitor elsewhere."""
    parts = urlsplit(address)
    inside = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if inside and not address.startswith("//") else "/"
