"""What points to a person is taken out of words, and what only looks like it stays."""

import pytest

from hotline.logs import mask_within
from knowledge_base.personal import GONE, keys_masked, masked

DIGITS = set("0123456789０１２３４５６７８９零〇一二三四五六七八九幺两")


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


@pytest.mark.parametrize("number", [
    "13887712345", "138 8771 2345", "138-8771-2345", "138·8771·2345", "138.8771.2345", "138–8771–2345", "138－8771－2345", "138—8771—2345",
    "138,8771,2345", "138，8771，2345", "138/8771/2345", "138 - 8771 - 2345", "138\u200b8771\u200d2345", "138\ufeff87712345", "138\u00a08771\u30002345",
    "138.87712345", "1.3.8.8.7.7.1.2.3.4.5", "1 3 8 8 7 7 1 2 3 4 5", "1,3,8,8,7,7,1,2,3,4,5", "１３８８７７１２３４５", "+86 138.8771.2345",
    "2012 138·8771·2345", "13887712345,13987712345", "138.8771.2345,139.8771.2345", "0877-2012345", "（0877）2012345", "0877·201·2345", "0877.2012345",
    "2012345", "201 2345", "530402199001011234", "53040219900101123X", "530402.19900101.123X", "530402 1990 0101 1234", "6222.0240.0001.2345.678",
    "6222 0240 0001 2345 678", "一三八八七七一二三四五", "一 三 八 八 七 七 一 二 三 四 五", "幺三八 八七七幺 二三四五", "一·三·八·八·七·七·一·二·三·四·五", "一三八-八七七一-二三四五",
])  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "tel{}x", "我的电话是{}，请回电", "TEL:{}.", "x{}y", "2026-11-28 {}", "共1,000,000元，电话{}"])
def test_a_number_is_found_however_its_digits_are_parted_and_whatever_adjoins(number: str, around: str) -> None:
    words = around.format(number)
    assert not DIGITS & set(masked(words).replace("2026-11-28", "").replace("1,000,000", ""))
    assert number not in mask_within(words)
    assert "****" in mask_within(words)


@pytest.mark.parametrize("said", [
    "2026-11-28", "2026/11/28", "2026.11.28", "2026－11－28", "2026/1/8", "2026-11-28至2026-12-31", "2026-11-28 09:00", "2026年11月28日", "2020-2026年",
    "二〇二六年十一月二十八日", "1,000,000元", "12,345,678.90元", "1，000，000", "1000000元", "2500000.5万元", "3000000 元", "第一百二十三条第四款", "《民法典》第1043条",
    "云政发〔2026〕15号", "GB/T 33358-2016", "DB53/T 1234-2021", "3.11.2", "v131.0.6778.204", "10.0.19045.3803", "192.168.100.200", "192.168.10.200.", "10.0.0.1:8080",
    "1、3、5、7、9、11、13路", "1,3,5,7,9,11,13,15,17路", "24.350123", "102.5455678", "0.123456789", "8:30-12:00，14:30-18:00", "96128", "110、119、120", "第3、4、5、6、7、8、9条",
    "一、二、三、四、五、六、七", "三心二意",
])  # fmt: skip
def test_days_amounts_articles_versions_addresses_and_lists_are_nobodys_number(said: str) -> None:
    assert masked(said) == said
    assert mask_within(said) == said
