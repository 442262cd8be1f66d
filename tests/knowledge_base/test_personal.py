"""What points to a person is taken out of words, and what only looks like it stays."""

import pytest

from knowledge_base.personal import GONE, keys_masked, masked


@pytest.mark.parametrize(("said", "kept"), [
    ("王先生的低保停了", "＊先生的低保停了"),
    ("我帮李建国同志问一下", "我帮＊同志问一下"),
    ("欧阳娜娜女士问落户", "＊女士问落户"),
    ("张伟的社保卡丢了怎么补", "＊的社保卡丢了怎么补"),
    ("帮王芳的医保查一下", "帮＊的医保查一下"),
    ("玉兴路12号3栋502漏水", "玉兴路＊漏水"),
    ("我家住在玉兴路12号3栋2单元502室", "我家住在玉兴路＊"),
    ("东风社区三组25号", "东风社区三组＊"),
    ("怡景园3幢1单元601", "怡景园＊"),
    ("微信号abc12345能加吗", "微信号＊能加吗"),
    ("VX: wxid_abc", "VX: ＊"),
    ("QQ号123456", "QQ号＊"),
])  # fmt: skip
def test_titles_doors_accounts_and_what_belongs_to_one_are_taken_out(said: str, kept: str) -> None:
    assert masked(said) == kept
    assert masked(kept) == kept, "once is enough"


@pytest.mark.parametrize("said", [
    "关于女士退休年龄的规定", "先生和女士都要来吗", "国办发〔2020〕12号文件", "红塔区12号文件", "地铁3号线", "30号窗口在哪", "5月1号放假吗",
    "广东的社保怎么转", "张家口的社保", "毕业生的户口怎么迁", "农民工的工资找谁要", "普通人的医保", "微信支付怎么交社保", "微信公众号怎么绑定",
    "wxjjzmsy", "公交2路车到哪", "安置房的房产证", "12333是什么电话", "办证要带几张照片",
])  # fmt: skip
def test_what_only_looks_like_a_person_stays(said: str) -> None:
    assert masked(said) == said


@pytest.mark.parametrize("pressed", ["13812341234", "8613812341234", "138*1234*1234", "530402199001011234", "53040219900101123*",
                                     "530402900101123", "6222024400012345678", "0877261234"])  # fmt: skip
def test_numbers_of_his_own_that_a_caller_keys_are_taken_out(pressed: str) -> None:
    assert keys_masked(pressed) == GONE


@pytest.mark.parametrize("pressed", ["599", "743633694364", "743633694364282", "743633694364282262", "12345739426", "96128", "59*9"])
def test_words_on_the_keys_stay_however_long_they_are(pressed: str) -> None:
    """shenfenzheng has twelve keys, shenfenzhengbubancailiao more; 12345rexian begins with a number."""
    assert keys_masked(pressed) == pressed
