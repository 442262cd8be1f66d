"""Telephone numbers come in many forms and are kept in one."""

import pytest

from hotline.logs import mask
from hotline.phones import is_reachable, normalise


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("13888888888", "13888888888"),
        ("+8613888888888", "13888888888"),
        ("008613888888888", "13888888888"),
        ("138-8888 8888", "13888888888"),
        ("2012345", "08772012345"),
        ("0877-2012345", "08772012345"),
        ("+868772012345", "08772012345"),
        ("+85221234567", "+85221234567"),
        ("96128", "96128"),
        ("110", "110"),
        ("anonymous", ""),
        ("", ""),
    ],
)
def test_a_number_is_brought_to_one_form(given: str, kept: str) -> None:
    assert normalise(given) == kept


def test_only_full_numbers_can_be_called_back() -> None:
    assert is_reachable("13888888888")
    assert is_reachable("08772012345")
    assert not any(is_reachable(n) for n in ("", "110", "96128", "2012345"))


def test_of_a_short_number_more_is_hidden() -> None:
    assert [mask(n) for n in ("13812341234", "08772012345", "2012345", "12345678", "110", "")] == [
        "138****1234", "087****2345", "****45", "****78", "***", "",
    ]  # fmt: skip
