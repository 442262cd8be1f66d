"""How settings are written that are more than a number or a word; what is written otherwise is refused in words."""

import re
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, SecretStr

PATTERN = re.compile(r"(?:[0-9XZN]|\[[0-9]+(?:-[0-9])?\])+")  # of a number: no wildcard, so its length is known
EXCHANGE = re.compile(r"([a-z][a-z0-9]{0,30})=([\w.-]+):(\d{1,5})/([\w.-]+):(\d{1,5})")
COUNTY = re.compile(r"(\d{6})=([^\s,=/]+)/?([^,=/]*)")
BUCKET = re.compile(
    r"s3(?:\+http)?://[^:/@\s]+:[^/@\s]+@[^/?\s]+/[^/?\s]+(?:/[^?\s]*)?(?:\?(?:(?:region|style)=[^&\s]+&?)+)?"
)
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
QUESTION_STEPS = ("matter", "place", "wish", "check", "number", "secrecy")


def _shaped(shape: str | re.Pattern[str], words: str, *, each: bool = False) -> AfterValidator:
    """What is written has the shape; `each`: what stands between its commas, if anything does."""

    def check(given: str) -> str:
        if not all(re.fullmatch(shape, one) for one in (_listed(given) if each else [given])):
            raise ValueError(words)
        return given

    return AfterValidator(check)


def _listed(given: str) -> list[str]:
    return [one.strip() for one in given.split(",") if one.strip()]


def _networks(given: str) -> str:
    for one in _listed(given):
        ip_network(one)
    return given


def _steps(given: str) -> str:
    if not set(_listed(given)) <= set(QUESTION_STEPS):
        raise ValueError("steps with commas, of " + ", ".join(QUESTION_STEPS))
    return ",".join(_listed(given))


def _bucket(given: SecretStr) -> SecretStr:
    if (text := given.get_secret_value()) and not BUCKET.fullmatch(text):
        raise ValueError("an address as s3://KEY:SECRET@host/bucket")
    return given


Days = Annotated[str, _shaped(r"\s*-?\d{1,3}(\s*,\s*-?\d{1,3})*\s*", "whole days with commas, as -14,-3,0,7,21")]
Clock = Annotated[str, _shaped(CLOCK, "a time as 08:00")]
Stretch = Annotated[str, _shaped(f"{CLOCK}-{CLOCK}", "two times as 22:00-07:00")]
Season = Annotated[str, _shaped(r"\d\d-\d\d/\d\d-\d\d", "two days of the year, as 05-01/09-30")]
Exchanges = Annotated[str, _shaped(
    EXCHANGE, "exchanges as exchange2=127.0.0.1:5039/10.0.0.2:5060, with commas", each=True
)]
Counties = Annotated[str, _shaped(
    rf"\s*{COUNTY.pattern}\s*(?:,\s*{COUNTY.pattern}\s*)*",
    "counties as 530402=红塔区/Hongta, with commas; the English may lack"
)]
Dialled = Annotated[str, _shaped(
    PATTERN, "patterns of digits, X and [3-9] with commas, as 1[3-9]XXXXXXXXX,11[09]", each=True
)]
Networks = Annotated[str, AfterValidator(_networks)]
Steps = Annotated[str, AfterValidator(_steps)]
Bucket = Annotated[SecretStr, AfterValidator(_bucket)]
