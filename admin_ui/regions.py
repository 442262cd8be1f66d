"""Where a telephone number is at home, as far as its digits tell."""

import phonenumbers
from flask import g
from phonenumbers import geocoder

from hotline.phones import dialled


def region(number: str) -> str:
    """The place of a number in the language of the page; empty when it is not known."""
    try:
        parsed = phonenumbers.parse(dialled(number), "CN")
    except phonenumbers.NumberParseException:
        return ""
    return geocoder.description_for_number(parsed, str(g.get("lang", "zh")))
