"""The public pages under gunicorn: a process of their own, so that a crowd outside slows nobody inside."""

from flask import Flask

from admin_ui.public.app import create_public_app
from admin_ui.server import Pages
from hotline.database import Database
from hotline.settings import Settings

THREADS = 32


def serve_public(settings: Settings, database: Database) -> None:
    """Serve the public pages until told to stop (SIGTERM)."""
    options = {
        "bind": f"{settings.public_host}:{settings.public_port}", "workers": 1, "worker_class": "gthread",
        "threads": THREADS, "keepalive": 5, "timeout": 60, "graceful_timeout": 3, "proc_name": "hotline-public",
        "control_socket_disable": True, "forwarded_allow_ips": "127.0.0.1,::1", "loglevel": "warning",
    }  # fmt: skip
    Pages(lambda: _warmed(settings, database), options).run()


def _warmed(settings: Settings, database: Database) -> Flask:
    """The application, with its index in the making before the first citizen asks."""
    app = create_public_app(settings, database)
    app.extensions["lobby"].index.warm(database, settings.folder)
    return app
