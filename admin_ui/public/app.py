"""The public application: a door of its own, without staff, sessions or sign-in."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from admin_ui import headers, languages
from admin_ui.public import caching, carrying, errors, limits, same_site, showing
from admin_ui.public.inquiry.routes import blueprint as inquiry
from admin_ui.public.lobby import Lobby
from admin_ui.public.pages import blueprints
from hotline.database import Database
from hotline.settings import Settings
from knowledge_base.search.live import LiveIndex

LARGEST = 64_000  # bytes of a form


def create_public_app(settings: Settings, database: Database) -> Flask:
    """The public pages and the read API of one process. Opens no connection before it is asked something."""
    app = Flask("admin_ui")  # templates and static files are the house's
    app.url_map.merge_slashes = False  # an address is what it is: no redirects to others
    app.config.update(MAX_CONTENT_LENGTH=LARGEST, MAX_FORM_MEMORY_SIZE=LARGEST, TEMPLATES_AUTO_RELOAD=False)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["lobby"] = Lobby(settings, database, LiveIndex(database, "public"))
    if settings.web_secure:  # HTTPS ends at one proxy in front of us, which says who asked
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    headers.install(app, secure=settings.web_secure)
    caching.install(app)
    languages.install(app)
    same_site.install(app)
    limits.install(app, settings)
    errors.install(app)
    showing.install(app)
    carrying.install(app)
    for blueprint in (*blueprints(), inquiry):
        app.register_blueprint(blueprint)
    app.context_processor(lambda: languages.of_the_page(settings))
    return app
