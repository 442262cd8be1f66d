"""Errors as a citizen reads them: what happened, and that a person answers at the hotline's number."""

import structlog
from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from hotline.kept.errors import Absent, KeptError

log = structlog.get_logger()
WORDS = {
    400: (_("请求不完整"), _("请返回上一页，检查填写的内容后重试。")),
    403: (_("不能这样提交"), _("请从本网站的页面上提交。")),
    404: (_("没有这一页"), _("该内容可能已撤回、已过期，或者地址有误。")),
    405: (_("不能这样操作"), _("请从页面上的按钮进入。")),
    413: (_("内容太长"), _("请缩短后再提交。")),
    429: (_("操作过于频繁"), _("为防止滥用，本页限制了次数。请稍后再试，急事请直接拨打热线。")),
    500: (_("系统出现故障"), _("故障已记录，请稍后重试，或直接拨打热线。")),
    503: (_("暂时无法查询"), _("系统正在恢复，请稍后重试，或直接拨打热线。")),
}
API = ("/open311/", "/exchange/")


def install(app: Flask) -> None:
    """Show every error in the style of the pages, or to a program as JSON."""
    app.register_error_handler(HTTPException, _refused)
    for away in (OperationalError, PoolTimeout):
        app.register_error_handler(away, _database_away)
    for odd in (OverflowError, DataError):  # a number or a text that no database keeps
        app.register_error_handler(odd, lambda _error: page(404))
    app.register_error_handler(KeptError, _not_had)
    app.register_error_handler(500, lambda _error: page(500))


def page(code: int, description: str = "") -> ResponseReturnValue:
    """The error of that code, with nothing that may be kept of it."""
    title, advice = WORDS.get(code, WORDS[400 if code < 500 else 500])
    if request.path.startswith(API):
        return jsonify([{"code": code, "description": description or str(title)}]), code
    return render_template("public/error.html", code=code, title=title, advice=advice), code


def _not_had(error: Exception) -> ResponseReturnValue:
    """A file isn't there, can't be opened, or isn't what was put away."""
    if isinstance(error, Absent):
        return page(404)
    log.error("kept.not_had", path=request.path, why=str(error))
    return page(503)


def _refused(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, HTTPException)  # noqa: S101 (Flask hands us nothing else)
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code == 429:
        log.info("public.limited", endpoint=request.endpoint)
    made = page(error.code, (error.description or "") if error.code == 400 else "")
    answer = made[0] if isinstance(made, tuple) else made
    if error.code == 405 and isinstance(answer, Response):
        answer.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return made


def _database_away(error: Exception) -> ResponseReturnValue:
    log.error("public.database_away", error=type(error).__name__)
    return page(503)
