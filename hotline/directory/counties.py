"""The city and its counties, by the code that their departments and offices carry, as the settings name them."""

from hotline.setting_shapes import COUNTY
from hotline.settings import alone

_NAMED = COUNTY.findall(alone("counties"))
CITY = f"{alone('city')}市"
NAMES: dict[str, str] = {code: name for code, name, _ in _NAMED}
ENGLISH: dict[str, str] = {name: english for _, name, english in _NAMED if english}
SEAT = next(iter(NAMES.values()), "")
"""The county named first, for examples."""
