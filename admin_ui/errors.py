"""Errors as pages, in words: what happened and what to do now."""

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from admin_ui import way_back
from hotline.kept.errors import Absent, KeptError

log = structlog.get_logger()
WORDS = {
    400: (lazy_gettext("请求不完整"), lazy_gettext("请返回上一页，检查填写的内容后重试。")),
    403: (lazy_gettext("您无权使用此页"), lazy_gettext("您的角色没有这项权限。如工作需要，请联系系统管理员。")),
    404: (lazy_gettext("找不到此页"), lazy_gettext("地址有误，或者该内容不在您的查看范围内。")),
    405: (lazy_gettext("不能这样操作"), lazy_gettext("请从页面上的按钮进入。")),
    413: (lazy_gettext("文件太大"), lazy_gettext("请分几次上传，或删去图片和多余的工作表。")),
    429: (lazy_gettext("操作过于频繁"), lazy_gettext("请稍等一分钟再试。")),
    500: (lazy_gettext("系统出现故障"), lazy_gettext("故障已记录。来电不受影响，请稍后重试。")),
    503: (lazy_gettext("数据库暂时无法访问"), lazy_gettext("来电不受影响，恢复后会自动补齐。请稍后重试。")),
}


def install(app: Flask) -> None:
    """Show every error in the style of the house."""
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    for odd in (OverflowError, DataError):  # a number or a text that no database keeps
        app.register_error_handler(odd, _odd)
    app.register_error_handler(KeptError, _not_had)
    app.register_error_handler(500, _broken)


def page(code: int, words: str = "", *, back: str = "") -> ResponseReturnValue:
    title, advice = WORDS.get(code, WORDS[500])
    return render_template("error.html", code=code, title=title, advice=words or advice, back=back), code


def _refused(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, HTTPException)  # noqa: S101 (Flask hands us nothing else)
    if error.code is None or error.code < 400:
        return error.get_response()
    return page(error.code)


def _stale(_error: Exception) -> ResponseReturnValue:
    """Whoever signed in anew since the page was shown, or whose session ended: to load it again sends the same."""
    return page(400, gettext("页面已过期，请回到原页面，核对后重新提交。"), back=way_back.by_sign_in())


def _database_away(error: Exception) -> ResponseReturnValue:
    log.error("web.database_away", error=type(error).__name__)
    return page(503)


def _not_had(error: Exception) -> ResponseReturnValue:
    """What is kept isn't there, can't be opened, or isn't what was put away."""
    if isinstance(error, Absent):
        return page(404)
    log.error("kept.not_had", path=request.path, why=str(error))
    advice = gettext("保存处或密钥无法访问，或者内容与登记不符。请联系系统管理员恢复。")
    return render_template("error.html", code=503, title=gettext("文件或录音暂时无法打开"), advice=advice), 503


def _odd(_error: Exception) -> ResponseReturnValue:
    return page(404)


def _broken(_error: Exception) -> ResponseReturnValue:
    return page(500)
