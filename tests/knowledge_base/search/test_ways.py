"""All the ways to ask for the same thing, and what a score says in each of them."""

import pytest

from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.match import FEW, NOTHING, SURE, Match, Verdict, hardly, to_show, verdict, worth_showing
from knowledge_base.search.part import Part

POLICE, HOUSING, SOCIAL = 1, 2, 3
TITLES = {
    10: (POLICE, "户籍/居住证", "居住证到期了怎么续签？"),
    11: (POLICE, "户籍/身份证", "身份证丢了怎么补办？"),
    12: (POLICE, "出入境", "办理护照需要哪些材料？"),
    13: (POLICE, "交通", "驾驶证期满换证怎么办？"),
    20: (HOUSING, "住房", "公共租赁住房怎么申请？"),
    21: (HOUSING, "住房", "住房公积金可以提取几次？"),
    30: (SOCIAL, "社保", "社会保障卡丢失怎么挂失？"),
    31: (SOCIAL, "社保", "灵活就业人员怎么参加养老保险？"),
    32: (SOCIAL, "社保", "异地就医备案怎么办理？"),
    33: (SOCIAL, "社保", "女职工生育津贴怎么领取？"),
    34: (SOCIAL, "社保", "失业保险金的领取条件是什么？"),
}
NAMES = {POLICE: ("玉溪市公安局", "公安局"), HOUSING: ("玉溪市住房和城乡建设局", "住建局", "玉溪市建设局"), SOCIAL: ("玉溪市人力资源和社会保障局", "人社局")}
MORE = {10: (("暂住证过期如何延期",), ("居住证", "续签")), 12: ((), ("护照", "加急")), 30: ((), ("社保卡",))}
SYNONYMS = [["公租房", "公共租赁住房", "廉租房"], ["驾照", "驾驶证"]]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.of([Document(number, department, category, title, *MORE.get(number, ((), ())), NAMES[department])
                     for number, (department, category, title) in TITLES.items()], SYNONYMS)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "entry"),
    [
        ("居住证到期怎么续签", 10),
        ("居住證到期了怎麼續簽", 10),  # traditional characters
        ("ＪＵＺＨＵＺＨＥＮＧ　续签", 10),  # full-width letters among characters
        ("暂住证过期", 10),
        ("juzhuzhengdaoqilezenmexuqian", 10),
        ("ju zhu zheng xu qian", 10),
        ("jzzdqlzmxq", 10),
        ("jzzdq", 10),
        ("jzz", 10),
        ("sfzdl", 11),
        ("护照要什么材料", 12),
        ("huzhao材料", 12),
        ("互照需要那些才料", 12),  # homophones
        ("深份真丢勒怎么补办", 11),  # sh/s, zh/z, en/eng … as in the south-west
        ("银活就业人员咋个参加养老保险", 31),
        ("nvzhigongshengyujintie", 33),
        ("nzgsyjt", 33),
        ("shiyebaoxianjintiaojian", 34),
        ("shiyebaoxianj", 34),  # still being typed
        ("灵活就业 yanglaobaoxian", 31),
        ("公租房咋申请", 20),  # a synonym that the office keeps
        ("驾照期满换证", 13),
        ("建设局 住房申请", 20),  # an old name of the department
    ],
)
def test_one_search_understands_all_ways_to_write(index: Index, words: str, entry: int) -> None:
    assert index.search(words)[0].entry_id == entry


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("居住证咋个续签", "居住证怎么续签"),
        ("护照克哪点办", "护照去哪里办"),
        ("办护照要哪样材料", "办护照要什么材料"),
        ("公积金给能提取", "公积金能不能提取"),
        ("没得收入咋办", "没有收入怎么办"),
        ("juzhuzhengzagexuqian", "juzhuzhengzenmexuqian"),
        ("huzhaokenadianban", "huzhaoqunaliban"),
    ],
)
def test_what_people_say_in_yunnan_is_what_is_written(index: Index, said: str, meant: str) -> None:
    assert index.reading(said) == index.reading(meant)
    assert index.search(said) == index.search(meant)


def test_written_words_that_hold_what_is_said_in_yunnan_stay(index: Index) -> None:
    for words in ("没得到补贴", "那样可以吗", "nayangkeyima"):
        assert index.reading(words) != index.reading(words.replace("没得", "没有").replace("那样", "什么").replace("nayang", "shenme"))


SHORT = ["居民医保", "居委会", "身体检查", "公园", "异地存款", "KTV备案", "餐厅检查", "长时间不用的居住证到期了怎么续签", "怎么样的身份证算是丢了要补办的",
         "住房公积金可以提取几次", "在外省看病的人怎么办异地就医备案"]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("居zz", "居住证"),
        ("居z证", "居住证"),
        ("jz证", "居住证"),
        ("身fz", "身份证"),
        ("身份z", "身份证"),
        ("gongj金", "公积金"),  # a syllable and a letter
        ("异地jy", "异地就医"),
        ("ct检查", "餐厅检查"),
        ("KTV备案", "ktv备案"),  # as a text has it
    ],
)
def test_letters_among_characters_are_first_letters_of_what_is_said_there(words: str, meant: str) -> None:
    index = Index.of([Document(n, 1, "", text) for n, text in enumerate(SHORT)])
    assert index.search(words) == index.search(meant)


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [
        ("gangaotongxingzheng", "gang ao tong xing zheng"),  # not gan gao, though both are usual
        ("ganganjingjing", "gan gan jing jing"),
        ("yuechubaoming", "yue chu bao ming"),
        ("jzzdq", "j z z d q"),
        ("", ""),
    ],
)
def test_letters_are_cut_into_syllables_that_stand_beside_one_another_here(letters: str, syllables: str) -> None:
    some = ["港澳通行证怎么办", "港澳台居民", "干净的水", "高中报名", "高考报名", "干部高就", "余额查询", "账户余额", "月初报名", "预约查询", "约谈", "月底查账"]
    assert Part(some).spelling.cut(letters) == syllables.split()


def test_letters_that_nobody_says_there_stay_letters() -> None:
    held = Index.of([Document(1, 1, "", "KTV备案"), Document(2, 1, "", "可听微博"), Document(3, 1, "", "身份证")])
    assert held.search("KTV")[0].entry_id == held.search("KTV怎么备案")[0].entry_id == 1
    assert held.search("身vv份证")[0].entry_id == 3


def test_department_and_category_keep_the_others_out(index: Index) -> None:
    assert {m.entry_id for m in index.search("怎么办", department=POLICE, most=50)} <= {10, 11, 12, 13}
    assert {m.entry_id for m in index.search("怎么补办身份证", category="户籍", most=50)} <= {10, 11}
    assert {m.entry_id for m in index.search("怎么补办身份证", category="户籍/居住证", most=50)} <= {10}
    assert index.search("身份证", category="户") == [], "a category is a whole step of the path"
    assert index.search("居住证", department=99) == []


def test_a_question_of_ours_is_sure_and_a_strange_one_is_not_known(index: Index) -> None:
    assert verdict(index.search("身份证丢了怎么补办")) == Verdict.SURE
    assert verdict(index.search("红烧肉放多少糖好吃")) == Verdict.NOTHING == verdict([])
    assert worth_showing(index.search("红烧肉放多少糖好吃")) == []
    assert worth_showing(index.search("身份证丢了怎么补办"))[0].entry_id == 11


@pytest.mark.parametrize(("each", "inside", "most", "nothing"), [
    (5.0, 40.0, FEW, True),  # what was meant hardly is among them
    (10.0, 90.0, 8, False),  # many fit alike: one of them most likely is it
    (5.0, 10.0, 0, False),  # 'I don't know'
])  # fmt: skip
def test_where_nothing_was_found_a_few_are_asked_about(each: float, inside: float, most: int, nothing: bool) -> None:
    alike = [Match(number, each, inside) for number in range(8)]
    assert ([m.entry_id for m in to_show(alike)], hardly(alike)) == (list(range(most)), nothing)
    sure = [Match(8, 60.0, inside), *alike]
    assert len(to_show(sure)) == (9 if most else 0), "beside one that is sure the others stand as before"


def test_a_score_is_a_chance_whatever_the_way(index: Index) -> None:
    for words in ("身份证丢了怎么补办", "shenfenzhengdiulezenmebuban", "sfzdlzmbb"):
        best = index.search(words, most=11)
        assert best[0].score >= SURE > best[1].score, words
        assert sum(m.score for m in best) < 130, "chances of things that exclude one another"
        assert all(m.inside == best[0].inside >= NOTHING for m in best)
    for pressed in ("599", "743633694364", "74"):  # jzz, shenfenzheng, sh…
        best = index.by_keys(POLICE, pressed, most=11)
        assert sum(m.score for m in best) <= best[0].inside + 1, "on the keys too"
        assert [m.score for m in best] == sorted((m.score for m in best), reverse=True)
        assert all(m.inside == best[0].inside > 0 for m in best)
    assert verdict(index.by_keys(POLICE, "743633694364")) == Verdict.SURE, "twelve keys of one title, and of no other"
    assert index.by_keys(POLICE, "74")[0].score < SURE, "two keys of a title say little"
    assert index.by_keys(HOUSING, "5") == []
    rivals = Index.of([Document(n, 1, "", f"{town}居住证", keywords=("居住证",)) for n, town in enumerate(("", "红塔区", "江川区"))])
    assert verdict(rivals.by_keys(1, "5894894364")) == Verdict.UNSURE, "three that fit alike share the chance"


def test_two_that_fit_alike_share_the_chance() -> None:
    twins = Index.of([Document(n, 1, "", f"{town}居住证到期了怎么续签？") for n, town in ((1, "红塔区"), (2, "江川区"))])
    one, other = twins.search("居住证到期了怎么续签")
    assert abs(one.score - other.score) < 1
    assert verdict([one, other]) == Verdict.UNSURE, "did you mean …?"


@pytest.mark.parametrize("words", ["", "  ", "？！。", "…", "\x00", "🙂"])
def test_nothing_asked_is_nothing_found(index: Index, words: str) -> None:
    assert index.search(words) == [] == index.search(words, full=True)


@pytest.mark.parametrize("words", ["a", "1", "居", "zzzzzz", "12345678901234567890", "x" * 500, "证" * 300, "𠀀𠀁", "ⅷ", "İ"])
def test_no_words_are_too_strange_to_be_searched(index: Index, words: str) -> None:
    assert all(0 <= m.score <= 100 for m in index.search(words))


def test_without_vectors_the_full_path_is_the_fast_one(index: Index) -> None:
    assert index.search("护照材料", full=True) == index.search("护照材料")
