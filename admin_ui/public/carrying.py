"""A citizen's words on their way from what he was shown to what he says of it: signed, and never in an address."""

from urllib.parse import parse_qs, urlsplit

from flask import Flask, request
from itsdangerous import BadSignature, URLSafeSerializer

from admin_ui.public.finding import wanted
from admin_ui.public.lobby import lobby

LONGEST = 600  # characters of a mark


def install(app: Flask) -> None:
    """Let the pages sign the words that something was found for."""
    app.jinja_env.filters["sealed"] = sealed


def sealed(words: str) -> str:
    """The words as a mark that only we can make: what nobody searched here, nobody has an opinion on."""
    return str(_signer().dumps(words))


def opened(mark: str) -> str:
    """The words of a mark; none when it isn't ours."""
    try:
        words = _signer().loads(mark[:LONGEST])
    except BadSignature:
        return ""
    return wanted(str(words))


def searched_before() -> str:
    """The words of the results that this page was opened from, as the browser tells our own site without being asked;
    where it tells nothing, there are none."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:  # what the browser tells is no address
        return ""
    if before.netloc != request.host or before.path.rpartition("/")[2] != "search":
        return ""
    return wanted(parse_qs(before.query).get("q", [""])[0])


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(lobby().settings.secret_key.get_secret_value(), salt="searched words")
