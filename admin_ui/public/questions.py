"""A question as a citizen filled it in: read from the form, examined, and made a matter of."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext

from dispatch.tickets.intake import Matter
from dispatch.tickets.tickets import GUARDED, Klass
from hotline.phones import is_reachable, normalise

SHORTEST, LONGEST_TITLE, LONGEST = 4, 60, 2000


@dataclass(frozen=True)
class Question:
    """What stands in the form."""

    klass: Klass | None = None
    title: str = ""
    details: str = ""
    complained_of: str = ""
    contact: str = ""
    consent: bool = False
    confidential: bool = False

    @property
    def guarded(self) -> bool:
        """Whether no department may learn who asks, nor read his own words."""
        return self.confidential or self.klass in GUARDED


def read(form: Mapping[str, str]) -> Question:
    """The form's fields, each no longer than we keep."""
    klass = form.get("klass", "")
    return Question(
        klass=Klass(klass) if klass in set(Klass) else None, title=_line(form, "title")[:LONGEST_TITLE],
        details=_text(form.get("details", "")), complained_of=_line(form, "complained_of")[:100],
        contact=_line(form, "contact")[:24], consent=form.get("consent") == "1",
        confidential=form.get("confidential") == "1",
    )  # fmt: skip


def wrong(question: Question) -> dict[str, str]:
    """What is wrong, by field, in words."""
    found: dict[str, str] = {}
    if question.klass is None:
        found["klass"] = gettext("请选择一项。")
    if len(question.title) < SHORTEST:
        found["title"] = gettext("请用至少四个字说明您想问什么。")
    if question.contact and not is_reachable(normalise(question.contact)):
        found["contact"] = gettext("这个号码打不通，请填写手机号或带区号的座机号，也可以不填。")
    if question.contact and not question.consent:
        found["consent"] = gettext("留下电话前，请先勾选同意。")
    return found


def matter(question: Question) -> Matter:
    """What the hotline takes down. On complaint, report and secrecy not even the title is the citizen's own, for a
    department reads it."""
    klass = question.klass or Klass.CONSULT
    own = f"{question.title}\n{question.details}".strip()
    title = TITLES.get(klass, "网上来信（要求保密）") if question.guarded else question.title
    complained_of = question.complained_of if klass in GUARDED else ""
    return Matter(klass, title, own if question.guarded else question.details or question.title,
                  confidential=question.confidential, complained_of=complained_of,
                  contact=question.contact)  # fmt: skip


TITLES = {Klass.COMPLAINT: "网上投诉", Klass.REPORT: "网上举报"}


def _line(form: Mapping[str, str], name: str) -> str:
    return " ".join(form.get(name, "").replace("\x00", "").split())


def _text(given: str) -> str:
    return given.replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST]
