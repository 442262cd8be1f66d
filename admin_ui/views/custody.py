"""The keeping of recordings (录音保管): what reconciliation found, and what waits for a second person."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin_ui.deeds import done
from admin_ui.exports import csv_in_stretches
from admin_ui.guards import needs
from admin_ui.house import me, now, reading
from admin_ui.paging import page_of, wish, wish_code
from admin_ui.people import who
from admin_ui.words import DONE_ABOUT, WRONG
from dispatch.reconciling import breaks
from dispatch.reconciling.breaks import Loss
from hotline.accounts.roles import Permission
from recordings import findings, masking, two_hands
from recordings.findings import Done, Finding, Kind, Reconciliation
from recordings.masking import Mask
from recordings.two_hands import Request

blueprint = Blueprint("custody", __name__, url_prefix="/custody")


@blueprint.get("")
@needs(Permission.CUSTODY)
def listed() -> ResponseReturnValue:
    with reading() as session:
        last = session.scalars(select(Reconciliation).order_by(Reconciliation.id.desc()).limit(1)).first()
        page = page_of(session, _wanted())
        return render_template("custody.html", page=page, last=last, lost=_lost(session, page.rows),
                               requests=two_hands.waiting(session), marked=masking.waiting(session))  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.CUSTODY)
def export() -> ResponseReturnValue:
    header = (gettext("发现时间"), gettext("问题"), gettext("对象"), gettext("通话编号"), gettext("详情"),
              gettext("处置"), gettext("处理时间"), gettext("处理人"), gettext("处理情况"))  # fmt: skip
    return csv_in_stretches("recording-findings", header, _rows, _wanted())


@blueprint.post("/findings/<int:finding_id>")
@needs(Permission.CUSTODY)
def settle(finding_id: int) -> ResponseReturnValue:
    remark = request.form.get("remark", "")
    return done(lambda s: findings.settle(s, s.get(Finding, finding_id) or abort(404), by=me().login, remark=remark,
                                          at=now()), "custody.listed")  # fmt: skip


@blueprint.post("/requests/<int:request_id>")
@needs(Permission.CUSTODY)
def decide(request_id: int) -> ResponseReturnValue:
    grant = request.form.get("grant") == "1"
    return done(lambda s: two_hands.decide(s, s.get(Request, request_id) or abort(404), grant=grant, by=me().login,
                                           at=now()), "custody.listed")  # fmt: skip


@blueprint.post("/masks/<int:mask_id>")
@needs(Permission.MASK)
def mask(mask_id: int) -> ResponseReturnValue:
    grant = request.form.get("grant") == "1"
    return done(lambda s: masking.decide(s, s.get(Mask, mask_id) or abort(404), grant=grant, by=me().login,
                                         at=now()), "custody.listed")  # fmt: skip


def _rows(session: Session, found: Sequence[Finding]) -> Iterator[tuple[object, ...]]:
    lost = _lost(session, found)
    for row in found:
        detail = "，".join(filter(None, (row.detail, lost.get(row.id, ""))))
        yield (row.found_at, WRONG[Kind(row.kind)], row.thing, row.call_id, detail, DONE_ABOUT[Done(row.done)],
               row.settled_at, who(row.settled_by), row.remark)  # fmt: skip


def _lost(session: Session, found: Sequence[Finding]) -> dict[int, str]:
    """What an exchange took along, in words, of those findings that tell of one."""
    return {finding_id: _in_words(loss) for finding_id, loss in breaks.losses(session, found).items()}


def _in_words(loss: Loss) -> str:
    missing: str = gettext("至多缺%(seconds)s秒", seconds=f"{loss.seconds:.1f}")
    told: str = gettext("中断通话%(calls)s个，录音找回%(found)s份、没有%(none)s份、待入库%(waiting)s份，%(missing)s",
                        calls=loss.calls, found=loss.found, none=loss.missing, waiting=loss.waiting,
                        missing=missing)  # fmt: skip
    return told


def _wanted() -> Select[Finding]:
    query = select(Finding).order_by(Finding.open.desc(), Finding.id.desc())
    kind, shown = wish_code("kind", Kind), wish("show")
    if kind is not None:
        query = query.where(Finding.kind == kind)
    return query.where(Finding.open.is_(shown == "open")) if shown in ("open", "settled") else query
