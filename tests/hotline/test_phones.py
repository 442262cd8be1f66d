"""Telephone numbers come in many forms and are kept in one."""

import pytest

from hotline.logs import mask, mask_within
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


def test_numbers_are_masked_for_screens_and_logs() -> None:
    assert mask("13812341234") == "138****1234"
    assert mask_within("caller 13812341234 of call 20261123090000-0123456789ab") == (
        "caller 138****1234 of call 20261123090000-0123456789ab"
    )
