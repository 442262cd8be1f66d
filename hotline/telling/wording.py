"""What a message says: which matter, and what happened; never what the matter is about, nor whose it is."""

import hashlib
from collections.abc import Sequence

from sqlalchemy.orm import Session

from hotline.settings import Settings
from hotline.telling import outbox, sms
from hotline.telling.addresses import TOPIC as ADDRESS
from hotline.telling.carriers import Message
from hotline.telling.outbox import Channel, Delivery
from hotline.telling.webhooks import Webhook, secret_of


def message(session: Session, rows: Sequence[Delivery], *, settings: Settings) -> Message:
    """The message of one row, or of several that go as one."""
    match Channel(rows[0].channel):
        case Channel.EMAIL:
            return _letter(rows, settings)
        case Channel.SMS:
            return _text(session, rows)
        case Channel.WEBHOOK:
            return _line(session, rows[0], settings)
        case Channel.PHONE:
            return _spoken(rows[0])


def identity(rows: Sequence[Delivery]) -> str:
    """What the other side knows it by: the same whenever the same is tried again."""
    first = f"{rows[0].owed_at:%Y%m%d%H%M%S}-{rows[0].id}"
    if len(rows) == 1:
        return first
    return f"{first}-{hashlib.sha256(','.join(str(row.id) for row in rows).encode()).hexdigest()[:12]}"


def _letter(rows: Sequence[Delivery], settings: Settings) -> Message:
    if rows[0].topic == ADDRESS:
        return _code(rows[0], settings)
    lines = [f"{row.values['number']}：{row.values['topic']}{_link(row, settings)}" for row in rows]
    one = f"{rows[0].values['topic']}：{rows[0].values['number']}"
    subject = f"【{settings.number}】" + (one if len(rows) == 1 else f"{len(rows)}条提醒")
    end = f"请登录{settings.number}系统处理。本邮件由系统自动发出，请勿回复。"
    text = "\n".join([*lines, "", end])
    return Message(identity(rows), rows[0].place, rows[0].topic, text, subject, shown=text)


def _code(row: Delivery, settings: Settings) -> Message:
    text = (f"您的验证码是{row.values['code']}，30分钟内有效。请在{settings.number}系统的“提醒方式”页填写；"
            "此前不会向本邮箱发送提醒。\n如非本人操作，请忽略。本邮件由系统自动发出，请勿回复。")  # fmt: skip
    shown = text.replace(str(row.values["code"]), outbox.STARS)
    return Message(identity([row]), row.place, row.topic, text, f"【{settings.number}】邮箱验证码", shown=shown)


def _link(row: Delivery, settings: Settings) -> str:
    if not settings.desk_url or row.kind != "ticket":
        return ""
    return f"\n{settings.desk_url.rstrip('/')}/tickets/{row.thing}"


def _text(session: Session, rows: Sequence[Delivery]) -> Message:
    row = rows[0]
    several = len(rows) > 1
    words = sms.words_of(session, sms.DIGEST if several else row.template)
    values = {"count": str(len(rows))} if several else row.values
    said = {"count": str(len(rows))} if several else outbox.shown(row)
    return Message(identity(rows), row.place, row.topic, words.text.format_map(values), template=words.registered_id,
                   values=values, shown=words.text.format_map(said))  # fmt: skip


def _spoken(row: Delivery) -> Message:
    text = str(row.values["text"])
    return Message(identity([row]), row.place, row.topic, text, values={"delivery": row.id}, shown=text)


def _line(session: Session, row: Delivery, settings: Settings) -> Message:
    hook = session.get(Webhook, int(row.place))
    values = {**row.values, "number": row.values["number"], "at": row.owed_at.isoformat(), "urgent": row.urgent}
    there = hook.url if hook is not None and hook.active else ""
    return Message(identity([row]), there, row.topic, "", values=values, secret=secret_of(int(row.place), settings))
