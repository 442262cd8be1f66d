"""Words that tell of a danger lead to the number to ring; words that ask about one don't."""

import tomllib
from pathlib import Path

import pytest

from dispatch.line.emergency import Advice, emergency, keyed

ROOT = Path(__file__).resolve().parents[2]
DANGER = {
    "119": ("对面楼在烧", "液化气罐漏气", "桥塌了有车掉下去", "我被锁在屋里出不去", "工厂炸了", "小孩反锁在家里", "着火了", "我家着火了怎么办", "隔壁楼起火了快来人", "厨房失火", "山上着大火了", "煤气泄漏了", "有人困在电梯里面了", "小孩掉进河里了", "有人溺水",
            "家里烧起来了", "楼道里全是浓烟", "油锅着了", "仓库冒烟了", "我儿子掉水里了", "电梯坏了我出不来", "洪水来了", "煤气味好大", "房子塌了", "村口泥石流下来了", "燃气罐爆炸了", "着了火", "我被困在车里"),
    "122": ("有个老头被车碰倒了", "一辆车冲进人群", "出车祸了", "前面撞人了", "路口撞到人了", "我被摩托车撞了", "高速上翻车了", "我被追尾了", "我的车被撞了", "三轮车翻沟里了", "这里发生交通事故"),
    "120": ("我奶奶没反应了", "有人心口疼", "小孩吞了电池", "蛇咬了我", "我爸叫不醒", "有人割腕", "小孩从楼上掉下来了", "被开水烫了", "我妈晕倒了", "老人昏迷了", "有人没有呼吸了", "我爸心脏病犯了", "流了好多血", "喘不过气来了", "我老婆要生了", "她喝了农药", "吃菌子中毒了怎么办，我们全家都吐",
            "孩子抽搐口吐白沫", "快叫救护车", "他快不行了", "爷爷摔倒起不来了", "老人突然倒在地上", "肚子疼得受不了", "孩子发高烧惊厥", "我的手被机器绞了", "我吃错药了", "脑梗了", "骑车摔了流血不止", "煤气中毒"),
    "110": ("有人闯进我家", "有人在校门口砍人", "陌生人一直跟着我", "他拿酒瓶砸我", "楼顶有人要跳下来", "有人打人", "打人了", "他们在打架", "有人拿着刀", "我被抢了", "救命啊", "家里进小偷了", "我老公打我", "有人要跳楼", "我不想活了", "帮我报警", "有人持刀",
            "被人跟踪了", "邻居拿菜刀追人", "有人在砸我家门", "我看见有人偷东西", "他吸毒了在闹事", "我家孩子丢了", "救救我", "我老公要砍我", "孩子被拐走了"),
}  # fmt: skip
QUESTIONS = (
    "火化证怎么办", "火化证丢了怎么办", "殡葬火化补贴怎么领", "火车票怎么退", "起火原因认定怎么申请", "火灾事故认定书在哪里领", "消防演练怎么申请", "烟花爆炸物品许可怎么办理",
    "交通事故责任认定书怎么领", "交通事故赔偿标准是什么", "车祸伤残鉴定去哪里做", "去年出车祸的赔偿怎么要", "工伤晕倒能不能报销", "食物中毒如何预防", "触电事故怎么认定",
    "打人民法院电话", "公安局报警回执怎么开", "家暴告诫书怎么申请", "家暴庇护所需要什么材料", "救护车费用能不能报销", "急救培训在哪里报名", "社保卡丢了怎么补办", "居住证怎么办",
    "如果着火了怎么办", "房屋倒塌补助标准", "滑坡治理项目什么时候开始", "不动产登记要带什么材料", "小区打架斗殴怎么处罚", "精神病人持刀伤人怎么赔", "养老金涨了吗", "", "你好",
    "我想咨询一下火锅店的许可证", "生火做饭会不会被罚", "电动车撞了怎么赔", "抢注商标怎么投诉", "失业金怎么申领",
)  # fmt: skip


@pytest.mark.parametrize(("words", "number"), [(words, number) for number, all_of_it in DANGER.items() for words in all_of_it])
def test_who_is_in_danger_is_told_whom_to_ring(words: str, number: str) -> None:
    assert emergency(words) == Advice(number)


@pytest.mark.parametrize("words", QUESTIONS)
def test_who_asks_about_a_danger_is_answered_like_anybody(words: str) -> None:
    assert emergency(words) is None


def test_of_what_citizens_ask_hardly_anything_is_taken_for_a_danger() -> None:
    files = [tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "cli/demo_data/entries").glob("*.toml")]
    asked = [words for file in files for entry in file["entry"] for words in (entry["question"], *entry.get("phrasings", ()))]
    taken = [words for words in asked if emergency(words)]
    assert len(asked) > 1000
    assert len(taken) / len(asked) < 0.02, taken


def test_punctuation_and_blanks_between_the_words_change_nothing() -> None:
    assert emergency("快！ 着 火 了。") == Advice("119")


@pytest.mark.parametrize(("keys", "number"), [("110", "110"), ("119", "119"), ("120", "120"), ("122", "122"), ("10", "110"), ("22", "122"),
                                              ("101", ""), ("112", ""), ("1", ""), ("0", ""), ("", ""), ("1110", "")])  # fmt: skip
def test_emergency_numbers_are_known_by_their_keys_also_without_the_menus_one(keys: str, number: str) -> None:
    assert keyed(keys) == (Advice(number) if number else None)
