"""The pages under gunicorn: one process, many threads, for each listening browser holds one."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from admin_ui.app import create_app
from admin_ui.house import Part
from admin_ui.phones import BrowserPhones, Phones
from dispatch.transfers.transfer_line import TransferLine
from hotline.database import Database
from hotline.events import Bus
from hotline.heap import set_aside
from hotline.settings import Settings

THREADS = 200


class Pages(BaseApplication):  # type: ignore[misc]
    """Gunicorn, told what to do by us and by no file or environment."""

    def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make, self._options = make, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = self._make()
        set_aside()
        return app


def serve(settings: Settings, database: Database, bus: Bus | None = None, *, phones: Phones | None = None,
          line: TransferLine | None = None, parts: Callable[[], Sequence[Part]] | None = None,
          browser_phones: BrowserPhones | None = None) -> None:
    """Serve the pages until told to stop (SIGTERM). The application is made in the worker, after the fork: what is
    handed in must not have opened a connection yet."""
    options = {
        "bind": f"{settings.web_host}:{settings.web_port}", "workers": 1, "worker_class": "gthread",
        "threads": THREADS, "keepalive": 5, "timeout": 60, "graceful_timeout": 3, "proc_name": "hotline-web",
        "control_socket_disable": True, "forwarded_allow_ips": "127.0.0.1,::1", "loglevel": "warning",
    }  # fmt: skip

    def make() -> Flask:
        app = create_app(settings, database, bus, phones=phones, line=line, parts=parts, browser_phones=browser_phones)
        app.extensions["house"].index.warm(database, settings.folder)
        return app

    Pages(make, options).run()
