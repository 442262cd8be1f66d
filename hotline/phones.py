"""Telephone numbers: brought to one form in one place, and compared by their last digits."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, shortnumberinfo

AREA_CODE = "0877"  # Yuxi: a number without an area code is one of the city
EXTENSION = "转"  # between a number and what its switchboard is to be told: 08772012345转8001
LONGEST = 24
_EXTENSION = re.compile(r"\s*(?:转|轉|分机|;ext=|ext\.?|[x#,])[\s:：]*(\d{1,6})$", re.IGNORECASE)
_DASHED = re.compile(r"((?:(?:\+|00)?86[- ]?)?(?:\(?0?\d{2,3}\)?[- ]?)?[2-8]\d{6,7})-(\d{1,5})")  # 0877-2012345-801
_ABROAD = re.compile(r"(?:00(?=[1-9])|\+)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LOCAL = re.compile(r"[2-9]\d{6,7}")
_FREE = re.compile(r"(?:400|800)\d{7}")
_HOME = re.compile(rf"{_MOBILE.pattern}|0[1-9]\d{{8,10}}|{_FREE.pattern}")
_COUNTRY = re.compile(r"86(?=1[3-9]\d{9}$|[2-9]\d{9,10}$|10\d{8}$)")  # some carriers leave the + away


def normalise(given: str) -> str:
    """The number in the form we keep: 13888888888, 08772012345, 08772012345转8001, 96128, +85221234567.

    Short service numbers stay as they are; `+86` and `0086` fall away, and the 0 before a mobile number; local numbers
    get their area code; numbers abroad keep + and country. Empty when there is none, or it is withheld.
    """
    text = unicodedata.normalize("NFKC", given).strip()[:60]
    text, extension = _parted(text)
    number = _number(text)
    return (f"{number}{EXTENSION}{extension}" if number and extension else number)[:LONGEST]


def kept(typed: str) -> str:
    """What a department typed as a telephone, in the form we keep where it is one number that can be rung; else as it
    was typed: there may stand two."""
    number = normalise(typed)
    return number if is_reachable(number) or is_service(number) else typed


def dialled(number: str) -> str:
    """What is dialled to reach a kept number: all but its extension."""
    return number.partition(EXTENSION)[0]


def extension_of(number: str) -> str:
    """What the switchboard behind a kept number is to be told; empty where there is none."""
    return number.partition(EXTENSION)[2]


def is_service(number: str) -> bool:
    """Whether it is a short number that answers to few digits: 110, 12345, 96128, 95588."""
    if not 3 <= len(number) <= 6:
        return False
    try:
        return shortnumberinfo.is_valid_short_number_for_region(phonenumbers.parse(number, "CN"), "CN")
    except NumberParseException:
        return False


def is_reachable(number: str) -> bool:
    """Whether a citizen can be called back there: a full number of this country, not a short one, a dear one or none.
    Nobody is rung abroad: whoever forges a caller's number, or types one on the web, would have us pay for it."""
    plain = dialled(number)
    if not _HOME.fullmatch(plain):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(plain, "CN"))
    except NumberParseException:
        return False


def first_reachable(*numbers: str) -> str:
    """The first of these at which a citizen can be called back; empty where there is none."""
    return next((number for number in numbers if is_reachable(number)), "")


def last_four(number: str) -> str:
    return dialled(number)[-4:]


def _parted(text: str) -> tuple[str, str]:
    """A number and its extension: 转, 分机, ext, #, or what follows a landline's number after a dash."""
    if found := _EXTENSION.search(text):
        return text[: found.start()], found[1]
    if found := _DASHED.fullmatch(text):
        return found[1], found[2]
    return text, ""


def _number(text: str) -> str:
    digits = re.sub(r"[^\d+]", "", text)
    if not digits.strip("0+"):
        return ""  # anonymous, withheld, 0000000
    if found := _ABROAD.match(digits):
        country = digits[found.end() :].replace("+", "")
        return _domestic(country.removeprefix("86")) if country.startswith("86") else _foreign(text, country)
    digits = digits.replace("+", "")
    if found := _COUNTRY.match(digits):
        return _domestic(digits[found.end() :])
    if digits.startswith("0") and _MOBILE.fullmatch(digits[1:]):
        return digits[1:]
    return AREA_CODE + digits if _LOCAL.fullmatch(digits) and not is_service(digits) else digits


def _domestic(number: str) -> str:
    """A number told with the country's code lacks the 0 of its area code, unless it is mobile or a service's."""
    if number.startswith("0"):
        return _number(number)
    if number.startswith(AREA_CODE[1:]) and is_service(number.removeprefix(AREA_CODE[1:])):
        return "0" + number  # a service of this place, as who rings from elsewhere dials it
    if _MOBILE.fullmatch(number) or _FREE.fullmatch(number) or len(number) < 9:
        return number
    return "0" + number


def _foreign(text: str, digits: str) -> str:
    """A number abroad as E.164; as its digits where no such number can be."""
    try:
        number = phonenumbers.parse("+" + re.sub(r"^[+0]+", "", text.lstrip("( ")), None)
    except NumberParseException:
        return "+" + digits
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def beginning(given: str) -> str:
    """The digits that a range of numbers begins with, in the form in which numbers are kept."""
    digits = re.sub(r"[^\d+]", "", unicodedata.normalize("NFKC", given))
    return re.sub(r"^(?:\+|00)86", "", digits).lstrip("+")[:LONGEST]
