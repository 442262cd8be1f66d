"""The application: made of what it is handed, with every route guarded."""

from collections.abc import Callable, Sequence

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from admin_ui import errors, guards, headers, languages, limits, sessions, showing, views
from admin_ui.fan_out import FanOut
from admin_ui.house import House, Part
from admin_ui.parts import parts_of
from admin_ui.phones import BrowserPhones, NoPhones, Phones
from dispatch.transfers.transfer_line import TransferLine
from hotline.database import Database
from hotline.events import Bus
from hotline.settings import Settings


def create_app(settings: Settings, database: Database, bus: Bus | None = None, *, phones: Phones | None = None,
               line: TransferLine | None = None, parts: Callable[[], Sequence[Part]] | None = None,
               browser_phones: BrowserPhones | None = None) -> Flask:
    """The pages of one process. Starts no thread and opens no connection before it is asked something.

    `phones` puts operators' phones into the queue, `line` hands callers to departments; `parts` says how the machine's
    parts are; `browser_phones` are the telephones that live in the pages."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY=settings.secret_key.get_secret_value(), MAX_CONTENT_LENGTH=1_000_000,
                      WTF_CSRF_TIME_LIMIT=None, TEMPLATES_AUTO_RELOAD=False)  # fmt: skip
    app.extensions["house"] = House(settings, database, phones or NoPhones(), parts or parts_of(settings, database),
                                    FanOut(bus), line=line,
                                    browser_phones=browser_phones or BrowserPhones())  # fmt: skip
    if settings.web_secure:  # HTTPS ends at one proxy in front of us, which says who asked
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    languages.install(app)
    guards.public(app.view_functions["static"])
    sessions.install(app, settings)
    guards.refuse_unmarked(app)
    limits.let_larger_in(app)
    CSRFProtect(app)
    limits.install(app, settings)
    headers.install(app, secure=settings.web_secure)
    errors.install(app)
    showing.install(app)
    for blueprint in views.blueprints():
        app.register_blueprint(blueprint)
    return app
