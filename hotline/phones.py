"""Telephone numbers: brought to one form in one place, and compared by their last digits."""

import re

import phonenumbers

AREA_CODE = "0877"  # Yuxi: a number without an area code is one of the city
_KEEP = re.compile(r"[^\d+]")
_MOBILE = re.compile(r"1[3-9]\d{9}")


def normalise(given: str) -> str:
    """The number in the form we keep: 13888888888, 08772012345, 96128; empty when there is none.

    Short service numbers stay as they are; `+86` and `0086` fall away; local numbers get their area code.
    """
    digits = _KEEP.sub("", given)[:24]
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+86"):
        return _domestic(digits.removeprefix("+86"))
    if len(digits) in (7, 8) and not digits.startswith(("0", "1")):
        return AREA_CODE + digits
    return digits


def _domestic(number: str) -> str:
    """A number told with the country's code lacks the 0 of its area code, unless it is mobile or a service's."""
    is_whole = _MOBILE.fullmatch(number) or number.startswith(("0", "400", "800")) or len(number) < 9
    return number if is_whole else "0" + number


def is_reachable(number: str) -> bool:
    """Whether a citizen can be called back there: a full number, not a short one or none."""
    if len(number) < 8:
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, "CN"))
    except phonenumbers.NumberParseException:
        return False


def last_four(number: str) -> str:
    return number[-4:]
