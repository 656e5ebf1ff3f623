"""What tablets load over a mobile network goes out compressed, also where no proxy does it; the comments of our own
scripts and styles stay behind, a seventh of the whole.

Only answers without secrets of a visitor: a page that holds a token beside something that others can put into it would
tell the token by its length.
"""

from __future__ import annotations

import gzip
import re
from collections import OrderedDict
from http import HTTPStatus

from flask import Flask, Response, request

# Pages and data that hold no token, beside static files.
_ENDPOINTS = frozenset(
    {"static", "gate.shell", "gate.check", "gate.manifest", "gate_worker.worker", "notebook.read_notebook"}
)
_KINDS = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
_LIBRARIES = "/static/vendor/"
# Comments that begin a line. (No text of ours over several lines has a line that looks like one.)
_COMMENTS = {
    "text/javascript": re.compile(r"^[ \t]*(?://.*$|/\*(?!!)[\s\S]*?\*/[ \t]*$)", re.MULTILINE),
    "text/css": re.compile(r"^[ \t]*/\*(?!!)[\s\S]*?\*/[ \t]*$", re.MULTILINE),
}
_LEAST_BYTES = 500
_MOST_KEPT = 400


def set_up_compression(app: Flask) -> None:
    """Compress those answers with gzip for browsers that take it; a static file once for as long as it is the same."""
    kept: OrderedDict[str, bytes] = OrderedDict()

    @app.after_request
    def _compress(response: Response) -> Response:
        if request.endpoint not in _ENDPOINTS or not (response.mimetype or "").startswith(_KINDS):
            return response
        response.vary.add("Accept-Encoding")
        takes_it = request.accept_encodings["gzip"] > 0 and request.method == "GET"
        if not takes_it or response.status_code != HTTPStatus.OK or "Content-Encoding" in response.headers:
            return response
        etag, _is_weak = response.get_etag()
        response.direct_passthrough = False
        key = f"{request.path} {etag}" if request.endpoint == "static" and etag else None
        packed = kept.get(key) if key else None
        if packed is None:
            plain = response.get_data()
            if len(plain) < _LEAST_BYTES:
                return response
            is_ours = not request.path.startswith(_LIBRARIES)
            packed = gzip.compress(without_comments(plain, response.mimetype) if is_ours else plain, 9, mtime=0)
            if key:
                kept[key] = packed
                if len(kept) > _MOST_KEPT:
                    kept.popitem(last=False)
        whole = response.response
        response.set_data(packed)
        if hasattr(whole, "close"):
            whole.close()  # a file
        response.headers["Content-Encoding"] = "gzip"
        if etag:
            response.set_etag(etag, weak=True)  # the bytes differ by who asks, what they mean does not
        return response


def without_comments(content: bytes, mimetype: str | None) -> bytes:
    """Return a script or style without the comments that have lines of their own; the lines keep their numbers."""
    pattern = _COMMENTS.get(mimetype or "")
    if pattern is None:
        return content
    return pattern.sub(lambda found: "\n" * found[0].count("\n"), content.decode()).encode()
