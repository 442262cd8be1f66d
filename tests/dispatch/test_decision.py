"""What may be said to whom: every channel, every cover, with a summary and without."""

import pytest

from dispatch.decision import Answer, Channel, Contact, Sayable, decide
from knowledge_base.authorisations import Cover, Covered, Form, NotCovered

BOTH, FULL_ONLY = Sayable("全文", "摘要"), Sayable("全文", "")
NOT = NotCovered("部门授权已过有效期")
SPOKEN = (Channel.MACHINE, Channel.OPERATOR)


def covered(form: Form) -> Covered:
    return Covered(form, 7, 2, False, "依据玉公授权〔2026〕1号")


@pytest.mark.parametrize("channel", SPOKEN)
@pytest.mark.parametrize(
    ("cover", "offered", "said"),
    [
        (NOT, BOTH, None),
        (NOT, FULL_ONLY, None),
        (covered(Form.FULL), BOTH, "全文"),
        (covered(Form.FULL), FULL_ONLY, "全文"),
        (covered(Form.SUMMARY), BOTH, "摘要"),
        (covered(Form.SUMMARY), FULL_ONLY, None),
        (covered(Form.CONTACT), BOTH, None),
        (covered(Form.CONTACT), FULL_ONLY, None),
    ],
)
def test_nothing_is_spoken_but_what_an_authorisation_covers(channel: Channel, cover: Cover, offered: Sayable, said: str | None) -> None:
    decided = decide(offered, cover, channel=channel)
    assert (decided.text if isinstance(decided, Answer) else None) == said


@pytest.mark.parametrize("channel", SPOKEN)
@pytest.mark.parametrize("form", [Form.FULL, Form.SUMMARY])
def test_an_answer_names_the_authorisation_that_it_stands_on(channel: Channel, form: Form) -> None:
    decided = decide(BOTH, covered(form), channel=channel)
    assert isinstance(decided, Answer)
    assert (decided.form, decided.authorisation_id, decided.authorisation_version) == (form, 7, 2)
    assert decided.reason == "依据玉公授权〔2026〕1号"


@pytest.mark.parametrize("cover", [NOT, *map(covered, Form)])
@pytest.mark.parametrize("offered", [BOTH, FULL_ONLY])
def test_what_a_department_published_stands_on_the_web_without_authorisation(cover: Cover, offered: Sayable) -> None:
    decided = decide(offered, cover, channel=Channel.WEB)
    assert isinstance(decided, Answer)
    assert (decided.text, decided.form, decided.authorisation_id, decided.authorisation_version) == ("全文", Form.FULL, None, None)


@pytest.mark.parametrize(
    ("cover", "why"),
    [
        (NOT, "部门授权已过有效期"),
        (covered(Form.CONTACT), "授权仅限告知部门名称和电话"),
        (covered(Form.SUMMARY), "授权仅限摘要，而该条目尚无摘要"),
    ],
)
def test_a_refusal_says_why(cover: Cover, why: str) -> None:
    decided = decide(FULL_ONLY, cover, channel=Channel.MACHINE)
    assert isinstance(decided, Contact)
    assert decided.reason == why
