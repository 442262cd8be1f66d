"""Two versions side by side."""

import time

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.comparing import row

TEXT = st.text(alphabet="居住证办理到期abc，。\n", max_size=60)


def joined(pieces: object, *, changed: bool | None = None) -> str:
    return "".join(p.text for p in pieces if changed is None or p.changed is changed)  # type: ignore[attr-defined]


@given(TEXT, TEXT)
def test_both_sides_are_whole_and_what_is_alike_is_alike(before: str, after: str) -> None:
    found = row("answer", before, after)
    assert (joined(found.before), joined(found.after)) == (before, after)
    assert joined(found.before, changed=False) == joined(found.after, changed=False)
    assert found.changed == (before != after)
    assert all(piece.text for piece in (*found.before, *found.after))


def test_a_word_is_shown_as_a_word() -> None:
    found = row("answer", "请带身份证到派出所办理，三日办结。", "请带户口簿到派出所办理，五日办结。")
    assert [p.text for p in found.before if p.changed] == ["身份证", "三"]
    assert [p.text for p in found.after if p.changed] == ["户口簿", "五"]


def test_the_longest_answers_are_compared_in_no_time() -> None:
    before = "".join(chr(0x4E00 + n * 7919 % 900) for n in range(4000))
    after = "".join(chr(0x4E00 + n * 7907 % 900) for n in range(4000))
    began = time.monotonic()
    row("answer", before, after)
    assert time.monotonic() - began < 5
