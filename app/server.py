"""`strawline serve`: gunicorn with threads, or waitress where gunicorn does not run."""

from __future__ import annotations

import gc
import sys
from typing import Any

import click
from flask import Flask

from app.cli_context import app_or_refusal
from app.config import Config
from app.database.engine import db
from app.dispatch.views import keep_first_answers
from app.fire_safety.watch_command import watched_beside
from app.running.logs import write_json_lines
from app.running.shared_figures import figures_shared

THREADS = 8
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=THREADS, show_default=True, type=click.IntRange(1, 64), help="Of each process.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 32), help="Server processes.")
def serve(host: str, port: int, threads: int, workers: int) -> None:
    """Serve the pages until Ctrl-C, and write a line of JSON for each request."""
    with figures_shared():
        with app_or_refusal() as app:
            keep_first_answers()
            db.session.close()
            db.engine.dispose()
        config: Config = app.extensions["strawline.config"]
        if host not in LOOPBACK and not config.secure_cookies:
            click.echo(
                "Note: cookies are sent without HTTPS; set STRAWLINE_SECURE_COOKIES=1 behind an HTTPS proxy.", err=True
            )
        click.echo(f"Serving on http://{host}:{port}/  (Ctrl-C stops)")
        write_json_lines(config.log_level)
        # What is there now stays to the end: a collector that looks at all of it again and again stops pages for a
        # third of a second each time.
        gc.collect()
        gc.freeze()
        with watched_beside():
            _serve(app, host=host, port=port, threads=threads, workers=workers)


def _serve(app: Flask, *, host: str, port: int, threads: int, workers: int) -> None:
    if sys.platform == "win32":
        from waitress import serve as serve_with_waitress

        serve_with_waitress(app, host=host, port=port, threads=threads)
    else:
        _serve_with_gunicorn(app, host=host, port=port, threads=threads, workers=workers)


def _serve_with_gunicorn(app: Flask, *, host: str, port: int, threads: int, workers: int) -> None:
    from gunicorn.app.base import BaseApplication
    from gunicorn.glogging import Logger

    class Logs(Logger):  # type: ignore[misc]
        def setup(self, cfg: Any) -> None:
            """Leave the writing to `write_json_lines`."""
            super().setup(cfg)
            self.error_log.handlers.clear()
            self.error_log.propagate = True

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
                "worker_class": "gthread",
                "threads": threads,
                "workers": workers,
                "reuse_port": workers > 1,
                "logger_class": Logs,
                "accesslog": None,
                "loglevel": "warning",
                "timeout": 120,
                "control_socket_disable": True,
            }
            for name, value in settings.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Server().run()
