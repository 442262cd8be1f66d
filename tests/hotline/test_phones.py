"""Telephone numbers come in many forms and are kept in one."""

import pytest

from hotline.logs import mask
from hotline.phones import dialled, extension_of, is_reachable, is_service, last_four, normalise

MOBILE, LANDLINE, INSIDE = "13888888888", "08772012345", "08772012345转801"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (MOBILE, MOBILE), ("+8613888888888", MOBILE), ("008613888888888", MOBILE), ("8613888888888", MOBILE),
        ("013888888888", MOBILE), ("+86 138-8888 8888", MOBILE), ("１３８８８８８８８８８", MOBILE), ("+86013888888888", MOBILE),
        ("2012345", LANDLINE), ("0877-2012345", LANDLINE), ("（0877）2012345", LANDLINE), ("0877—2012345", LANDLINE),
        ("+868772012345", LANDLINE), ("868772012345", LANDLINE), ("0086-877-2012345", LANDLINE),
        ("+861012345678", "01012345678"), ("010-12345678", "01012345678"), ("861012345678", "01012345678"),
        ("2012345转801", INSIDE), ("0877-2012345-801", INSIDE), ("0877-2012345 分机：801", INSIDE),
        ("+86-877-2012345-801", INSIDE), ("0877-2012345 ext. 801", INSIDE), ("08772012345#801", INSIDE),
        ("tel:+868772012345;ext=801", INSIDE),
        ("400-123-4567", "4001234567"), ("+864001234567", "4001234567"),
        ("96128", "96128"), ("+8696128", "96128"), ("+8687796128", "087796128"), ("12345", "12345"), ("110", "110"), ("95588", "95588"),
        ("+85221234567", "+85221234567"), ("0085221234567", "+85221234567"), ("+886 912 345 678", "+886912345678"),
        ("+44 (0)20 7946 0958", "+442079460958"), ("+1 (202) 555-0123", "+12025550123"), ("+12", "+12"),
        ("anonymous", ""), ("Restricted", ""), ("未知", ""), ("0", ""), ("0000000000", ""), ("+", ""), ("", ""), ("转801", ""),
        ("1" * 300, "1" * 24),
    ],
)  # fmt: skip
def test_a_number_is_brought_to_one_form_and_stays_in_it(given: str, kept: str) -> None:
    assert normalise(given) == kept
    assert normalise(kept) == kept


def test_only_full_numbers_can_be_called_back() -> None:
    assert all(is_reachable(n) for n in (MOBILE, LANDLINE, INSIDE, "4001234567"))
    assert not any(is_reachable(n) for n in ("", "110", "96128", "2012345", "1" * 24, "+12"))
    assert not any(is_reachable(n) for n in ("+85221234567", "+88216123456", "+2521234567", "9001234567"))


def test_two_numbers_in_one_are_none_that_can_be_rung() -> None:
    assert not is_reachable(normalise("0877-2012345/2012346"))


def test_behind_a_switchboard_its_number_is_dialled_and_compared() -> None:
    assert (dialled(INSIDE), extension_of(INSIDE), last_four(INSIDE)) == (LANDLINE, "801", "2345")
    assert (dialled(MOBILE), extension_of(MOBILE), last_four(MOBILE)) == (MOBILE, "", "8888")


def test_services_answer_to_few_digits() -> None:
    assert all(is_service(n) for n in ("110", "119", "120", "122", "12345", "96128", "12366", "95588"))
    assert not any(is_service(n) for n in ("", "9", "2012345", MOBILE, LANDLINE, "转8"))


def test_of_a_short_number_more_is_hidden() -> None:
    assert [mask(n) for n in (MOBILE, LANDLINE, "2012345", "12345678", "110", "")] == [
        "138****8888", "087****2345", "****45", "****78", "***", "",
    ]  # fmt: skip
