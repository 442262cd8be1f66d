"""Chinese first, English by a switch: the texts in the code are Chinese, the catalogue holds the English."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, Response, g, request
from flask_babel import Babel

from hotline.settings import Settings

CATALOGUE = Path(__file__).parent / "translations" / "en" / "LC_MESSAGES" / "messages.po"
CHINESE, ENGLISH = "zh_Hans_CN", "en"
SPOKEN = {"zh": CHINESE, "en": ENGLISH}


def chosen() -> str:
    """The locale of this request: by ?lang, else by cookie, else Chinese."""
    wish = request.args.get("lang") or request.cookies.get("lang") or "zh"
    return SPOKEN.get(wish, CHINESE)


def install(app: Flask) -> None:
    """Translate the pages; a choice by ?lang is kept in a cookie."""
    app.config.update(BABEL_DEFAULT_LOCALE=CHINESE, BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
                      BABEL_TRANSLATION_DIRECTORIES=str(CATALOGUE.parents[2]))  # fmt: skip
    compile_catalogue()
    Babel(app, locale_selector=chosen)
    app.before_request_funcs.setdefault(None, []).append(lambda: setattr(g, "lang", chosen().partition("_")[0]))
    app.after_request(_remember)


def of_the_page(settings: Settings) -> dict[str, Any]:
    """What every template may say: the page's language, the city's name in it, and the settings."""
    lang = g.get("lang", "zh")
    return {"lang": lang, "city": settings.city if lang == "zh" else settings.city_english, "settings": settings}


def compile_catalogue() -> None:
    """Make the binary catalogue when it is older than its text; what can't be written was made at set-up."""
    compiled = CATALOGUE.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= CATALOGUE.stat().st_mtime:
        return
    with CATALOGUE.open("rb") as text:
        catalogue = read_po(text, locale=ENGLISH)
    part = compiled.with_suffix(f".{id(catalogue)}")
    with part.open("wb") as file:
        write_mo(file, catalogue)
    part.replace(compiled)


def _remember(response: Response) -> Response:
    wish = request.args.get("lang")
    if wish in SPOKEN:
        response.set_cookie("lang", wish, max_age=31536000, samesite="Lax", httponly=True, secure=request.is_secure)
    return response
