"""Short messages (短信): registered texts only, and to mobile numbers only; who has none is spoken to."""

import re
from collections.abc import Mapping
from datetime import datetime
from string import Formatter

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.database import Base
from hotline.phones import normalise
from hotline.settings import Settings
from hotline.telling import outbox
from hotline.telling.outbox import Channel

MOBILE = re.compile(r"1[3-9]\d{9}")
LONGEST_VALUE = 300
LONGEST_TEXT = 500
BAD_TEMPLATE = "模板格式有误，变量请写作{名称}"
CODE, CLOSED, AHEAD, ANSWER, STANDING = "query_code", "closed", "ahead", "answer", "standing"
EXTENDED, NOT_ACCEPTED, NOTICE, DIGEST, DUTY = "extended", "not_accepted", "notice", "digest", "duty"
TEXTS = {
    CODE: "您的事项已登记，编号{number}，查询码{code}。查询进度请拨打96128或登录网站，请勿转告他人。",
    CLOSED: "您登记的事项（编号{number}）已办结，详情请凭查询码拨打96128或登录网站查询。",
    AHEAD: "96128将于{time}后给您回电，来电显示{number}，请留意接听。",
    ANSWER: "您咨询的问题“{question}”：{answer}",
    STANDING: "您登记的事项（编号{number}）当前状态：{state}。查询进度请拨打96128或登录网站，请勿转告他人。",
    EXTENDED: "您登记的事项（编号{number}）办理时间延长，预计{date}前答复。查询请拨打96128或登录网站，请勿转告他人。",
    NOT_ACCEPTED: "您登记的事项（编号{number}）不属于受理范围。应向何处反映，请凭查询码登录网站查询，或拨打96128询问。",
    NOTICE: "提醒：{number}，{topic}，请登录系统处理。",
    DIGEST: "您有{count}条提醒，请登录系统查看。",
    DUTY: "{department}有一件{urgency}工单（{number}），{due}，请立即登录系统办理。",
}
"""What the house sends, until the carrier's own wording of it is entered. None says what the matter is about: a
telephone may be a family's."""


class SmsError(Exception):
    """A message that may not be sent; the text is fit for a person."""


class SmsTemplate(Base):
    """A text as the carrier has registered it; `{name}` stands for a value. Without its registered number it goes to
    no carrier."""

    __tablename__ = "sms_template"
    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT))
    registered_id: Mapped[str] = mapped_column(String(60), default="")


def is_mobile(number: str) -> bool:
    """Whether a number can take short messages."""
    return MOBILE.fullmatch(normalise(number)) is not None


def owe(session: Session, template: str, number: str, values: Mapping[str, object], at: datetime, *, key: str,
        about: tuple[str, object] = ("", ""), account_id: int | None = None, urgent: bool = False) -> bool:
    """Owe one short message in the words of a template; SmsError where it may not be sent.

    `key` names what it tells of ('call:…:answer:17'): the same is sent once to a number, False the second time.
    `urgent`: at once, also at night: the citizen waits for it. It goes out after the commit, by the worker."""
    kept = normalise(number)
    if not is_mobile(kept):
        raise SmsError("该号码不能接收短信，请口头告知")
    fill(words_of(session, template).text, values)
    said = {name: str(value) for name, value in values.items()}
    return outbox.owe(session, key=key, channel=Channel.SMS, place=kept, topic=template, about=about,
                      account_id=account_id, template=template, values=said, urgent=urgent, at=at)  # fmt: skip


def sendable(session: Session, template: str, number: str, *, settings: Settings) -> bool:
    """Whether a citizen may be promised such a message: his number is mobile, there is a gateway, and the text is
    registered."""
    return is_mobile(number) and bool(settings.sms_gateway and words_of(session, template).registered_id)


def words_of(session: Session, template: str) -> SmsTemplate:
    """The template as it is registered; in the house's words, with no registered number, until it is."""
    row = session.get(SmsTemplate, template)
    if row is None and template not in TEXTS:
        raise SmsError("没有这个短信模板")
    return row or SmsTemplate(code=template, text=TEXTS[template], registered_id="")


def register(session: Session, template: str, *, text: str, registered_id: str, by: str, at: datetime) -> SmsTemplate:
    """Enter a template as the carrier has registered it: with the same places, in whichever words."""
    if blanks(text) != blanks(words_of(session, template).text):
        raise SmsError("报备文本的变量必须与原模板一致")
    if not registered_id.strip() or not text.strip() or len(text) > LONGEST_TEXT:
        raise SmsError("请填写报备文本和报备编号")
    row = session.merge(SmsTemplate(code=template, text=text.strip(), registered_id=registered_id.strip()[:60]))
    audit.note(session, "sms.registered", by=by, at=at, about=("sms_template", template), number=row.registered_id)
    return row


def fill(text: str, values: Mapping[str, object]) -> str:
    """The text with its values; SmsError unless each place has its value and each value its place."""
    if blanks(text) != set(values):
        raise SmsError("短信内容与报备模板的变量不一致")
    said = {name: str(value).strip() for name, value in values.items()}
    if any(not value or len(value) > LONGEST_VALUE or "\n" in value for value in said.values()):
        raise SmsError(f"短信变量不能为空、不能换行，且不超过{LONGEST_VALUE}字")
    return text.format_map(said)


def blanks(text: str) -> set[str]:
    """The names of what a template leaves open; SmsError when the text is no template."""
    try:
        parts = [(name, form, turn) for _, name, form, turn in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise SmsError(BAD_TEMPLATE) from error
    if any(form or turn or not re.fullmatch(r"[a-z_]{1,20}", name) for name, form, turn in parts):
        raise SmsError(BAD_TEMPLATE)
    return {name for name, _, _ in parts}
