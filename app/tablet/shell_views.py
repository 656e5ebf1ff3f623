"""The shell of the offline app and what makes a browser install it; pages that say whether this browser is fit."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext

from app.accounts.device_requests import session_limits, this_device
from app.accounts.enrolment_views import place_name
from app.accounts.permissions import Door, needs
from app.database.engine import db
from app.intake.instruments import scale_addresses
from app.intake.remark_texts import REMARK_TEXTS
from app.intake.remarks import NOT_FOR_TRADE

# The icons that we drew, by their size in pixels; `any maskable`: the drawing leaves room for a round cut.
ICONS = {192: "img/gate-192.png", 512: "img/gate-512.png"}
_BAR_COLOUR = "#1d2b38"
_LOOPBACK = ("http://127.0.0.1:*", "http://localhost:*")

# What comes after the first load: the modules in js/gate/screens, and the templates with their markup.
_LATER_MODULES = ("yard", "stock_count", "inspect", "heat", "patrol", "ready", "visitors", "closed", "void")
_LATER_PARTS = (
    "tablet/screens/_yard_work.html",
    "tablet/screens/_closed.html",
    "tablet/screens/_void.html",
    "inspections/_tablet.html",
    "heat/_tablet.html",
    "patrols/_tablet.html",
    "storage/_tablet_visitors.html",
    "emergency/_tablet.html",
)

shell_views = Blueprint("gate", __name__, template_folder="templates")


@shell_views.get("/tablet")
@needs(Door.TABLETS)
def shell() -> Response:
    answer = make_response(shell_page())
    answer.headers["Content-Security-Policy"] = shell_policy()
    answer.headers["Permissions-Policy"] = "geolocation=(self), camera=(self), microphone=()"
    # The worker asks for the page that has just been loaded: it need not come twice.
    answer.headers["Cache-Control"] = "no-cache, private"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@shell_views.get("/tablet/later")
@needs(Door.TABLETS)
def later() -> Response:
    answer = make_response(later_page())
    answer.headers["Cache-Control"] = "no-cache, private"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@shell_views.get("/tablet/app.webmanifest")
@needs(Door.TABLETS)
def manifest() -> Response:
    """What the browser needs to know to put the app on the tablet's home screen."""
    icons = [
        {"src": url_for("static", filename=name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size, name in ICONS.items()
        for purpose in ("any", "maskable")
    ]
    said = {
        "id": url_for("gate.shell"),
        "name": f"{gettext('Strawline')} · {place_name(this_device())}",
        "short_name": gettext("Strawline"),
        "start_url": url_for("gate.shell"),
        "scope": url_for("gate.shell"),
        "display": "standalone",
        "orientation": "any",
        "background_color": _BAR_COLOUR,
        "theme_color": _BAR_COLOUR,
        "icons": icons,
    }
    answer = jsonify(said)
    answer.mimetype = "application/manifest+json"
    return answer


@shell_views.get("/tablet-check")
@needs(Door.ANYONE)
def check() -> Response:
    """Tests in the browser itself whether it can do what the offline app needs."""
    answer = make_response(check_page())
    answer.headers["Permissions-Policy"] = "geolocation=(), camera=(self), microphone=()"
    return answer


@shell_views.before_app_request
def open_in_browser() -> str | None:
    """The view that WeChat has built in keeps nothing safely and installs nothing: there the way out is shown."""
    under_tablet = request.path == "/tablet" or request.path.startswith(("/tablet/", "/tablet-"))
    if not under_tablet or request.method != "GET" or "MicroMessenger" not in request.headers.get("User-Agent", ""):
        return None
    return render_template("tablet/open_in_browser.html", address=request.url)


def shell_page() -> str:
    """The shell as the asking tablet gets it. It holds nothing that changes from one request to the next."""
    device, limits = this_device(), session_limits()
    return render_template(
        "tablet/shell.html",
        device=device,
        place_name=place_name(device),
        idle_s=int(limits.idle.total_seconds()),
        longest_s=int(limits.longest.total_seconds()),
        why_not_trade={kind: REMARK_TEXTS[kind] for kind in sorted(NOT_FOR_TRADE)},
    )


def later_page() -> str:
    """The markup of the screens that come after the first load."""
    return render_template("tablet/later.html", modules=_LATER_MODULES, parts=_LATER_PARTS)


def check_page() -> str:
    """The page that tests the browser; the same for everybody who reads this language."""
    return render_template("tablet/check.html")


def shell_policy() -> str:
    """What the shell may load: as every page, and live weights of the place's scales, pictures that were just taken."""
    device = this_device()
    scales = scale_addresses(db.session, device.place_kind, device.place_id)
    connect = " ".join(dict.fromkeys(("'self'", *_LOOPBACK, *scales)))
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; "
        f"connect-src {connect}; img-src 'self' data: blob:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
