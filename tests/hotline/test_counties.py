"""The counties are data: another city names its own."""

import os
import subprocess
import sys

import pytest

from hotline.directory.counties import NAMES
from hotline.settings import SettingsError, read_settings

SHOWN = """
from admin_ui.words import COUNTIES
from cli.departments import NAMES
from dispatch.tickets.complained_of import meant_county
from knowledge_base.forms.descriptions import BASE, UNITS
print(*UNITS.column("county_code").choices, *NAMES, *map(str, COUNTIES.values()), UNITS.column("name").example)
print(BASE.column("address").example, meant_county(None, "530381", "曲靖市宣威市政府"))
"""


def test_yuxi_has_nine() -> None:
    assert len(NAMES) == 9
    assert (NAMES["530402"], NAMES["530481"]) == ("红塔区", "澄江市")


def test_another_city_names_its_own_and_no_other_is_offered() -> None:
    own = {**os.environ, "HOTLINE_COUNTIES": "530302=麒麟区/Qilin, 530381=宣威市", "HOTLINE_CITY": "曲靖"}
    done = subprocess.run([sys.executable, "-c", SHOWN], env=own, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["麒麟区", "宣威市", "530302", "530381", "麒麟区", "宣威市", "曲靖市民政局",
                                   "曲靖市麒麟区示范西路9号（演示地址）", "True"]  # fmt: skip


@pytest.mark.parametrize("wrong", ["", "红塔区", "5304=红塔区", "530402=红塔区;530403=江川区", "530402=红塔区,"])
def test_counties_that_cant_be_read_are_named_at_the_start(wrong: str) -> None:
    with pytest.raises(SettingsError, match="HOTLINE_COUNTIES"):
        read_settings({"HOTLINE_SECRET_KEY": "k" * 32, "HOTLINE_COUNTIES": wrong})
