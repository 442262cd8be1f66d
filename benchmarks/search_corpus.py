"""Titles and questions for measuring search: made by rule from the demonstration's entries, the same ones each time."""

import random
import tomllib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from knowledge_base.search.alphabet import spelled
from knowledge_base.search.documents import Document
from knowledge_base.search.keypad import initials, keys
from knowledge_base.search.keypad_cost import syllables
from knowledge_base.search.readings import Reading, read, sounds

ENTRIES = Path(__file__).resolve().parent.parent / "cli/demo_data/entries"
PLACES = [
    "", "", "", "玉溪", "红塔区", "江川区", "澄江", "通海", "华宁", "易门", "峨山", "新平", "元江", "高新区",
    "大营街", "研和", "北城",
]  # fmt: skip
PEOPLE = [
    "", "", "", "外地人", "老年人", "残疾人", "退役军人", "个体户", "学生", "企业", "农民工", "未成年人", "新生儿",
    "外国人",
]  # fmt: skip
FORMS = [
    "怎么办理？", "要什么材料？", "在哪里办？", "多少钱？", "几天能办好？", "可以网上办吗？", "需要本人去吗？",
    "有什么条件？", "过期了怎么办？", "丢了怎么补？", "能不能代办？", "怎么查询进度？", "对结果不服怎么办？",
    "电话是多少？", "周末能办吗？", "办不了找谁？", "怎么取消？", "怎么变更？",
]  # fmt: skip
SAID = ["请问{}咋个办", "我想问下{}", "{}克哪点办", "{}要带哪样", "帮我看看{}", "{}", "听说{}可以办了"]
PARTS = ["玉溪市", "红塔区", "江川区", "澄江市", "通海县", "华宁县", "易门县", "峨山县", "新平县", "元江县"]
OFFICES = ["公安局", "民政局", "人社局", "住建局", "医保局", "税务局", "不动产登记中心"]
DEPARTMENTS = [part + office for office in OFFICES for part in PARTS]
_GROUPS = [
    "居住证 暂住证 居留证", "身份证 居民身份证 身份证件", "公积金 住房公积金 房积金", "低保 最低生活保障 困难补助",
    "营业执照 工商执照 执照", "退役军人 退伍军人 复员军人 老兵", "老人 老年人 长者", "不动产 房产 房子",
    "补助 补贴 津贴", "登记 注册 备案", "投诉 举报 告状", "申请 申办 申领 办理", "补发 补办 补领", "查询 查 看看",
    "材料 资料 手续", "养老保险 社保养老 养老金", "个税 个人所得税 工资税", "新生儿 宝宝 婴儿",
    "残疾人 残障人士 残疾人士", "餐馆 饭店 餐饮店", "物业 物管 物业公司", "多少钱 收费 费用",
]  # fmt: skip
SYNONYMS = [group.split() for group in _GROUPS]


def demonstration() -> list[Document]:
    """The demonstration's entries, as they are found."""
    return [Document(number, of, entry["category"], entry["question"], entry["phrasings"], entry["keywords"])
            for number, (of, entry) in enumerate(_entries(), start=1)]  # fmt: skip


def titles(count: int) -> list[str]:
    """So many different titles; the demonstration's own ones first."""
    return list(_made(count))[:count]


def titled(held: list[str]) -> Iterator[Document]:
    """Entries that have nothing but a title."""
    own = [(name,) for name in DEPARTMENTS]
    return (Document(number, number % len(own), "", title, department_names=own[number % len(own)])
            for number, title in enumerate(held))  # fmt: skip


def entries(count: int) -> Iterator[Document]:
    """Entries with these titles, each with two or three phrasings and four keywords, as the demonstration's have, one
    after the other, as they are read from a database."""
    chance, made, matters = random.Random(7), _made(count), _matters()
    for number, title in enumerate(islice(made, count)):
        words = [*made[title], *chance.sample(matters, 4)][:4]
        said = [_phrasing(chance, chance.choice(words[:2])) for _ in range(2 + number % 2)]
        department = number % len(DEPARTMENTS)
        yield Document(number, department, "", title, said, words, (DEPARTMENTS[department],))


def keyed(held: list[str], count: int) -> list[str]:
    """What callers press: a department, and the keys of a keyword or of a title's beginning, as first letters or as
    syllables, in full or not."""
    chance = random.Random(3)
    found = []
    for number, document in enumerate(chance.choices(list(entries(min(len(held), 10_000))), k=count)):
        word = chance.choice([*document.keywords, document.question[: chance.randint(2, 6)]])
        pressed = syllables(word) if number % 2 else keys(initials(word))
        found.append(f"{document.department_id} {pressed[: chance.randint(2, 20)]}")
    return found


def _phrasing(chance: random.Random, matter: str) -> str:
    return chance.choice(SAID).format(f"{chance.choice(PLACES)}{chance.choice(PEOPLE)}{matter}")


def _matters() -> list[str]:
    return sorted({word for _, entry in _entries() for word in entry["keywords"]})


def _made(count: int) -> dict[str, Sequence[str]]:
    """Titles, each with what it is about."""
    chance, matters = random.Random(96128), _matters()
    found: dict[str, Sequence[str]] = {entry["question"]: entry["keywords"] for _, entry in _entries()}
    while len(found) < count:
        first, second = chance.sample(matters, 2)
        both = first if chance.random() < 0.4 else f"{first}{chance.choice(['和', '后', '的', '转', '时'])}{second}"
        found[f"{chance.choice(PLACES)}{chance.choice(PEOPLE)}{both}{chance.choice(FORMS)}"] = (first, second)
    return found


def questions(held: list[str], count: int) -> list[str]:
    """Questions in all ways: said otherwise (half of them to a department by its name, in the office's synonyms),
    misheard, in pinyin, in first letters, and the beginnings of titles."""
    chance, alike = random.Random(1), like_sounding(held)
    found = []
    for number in range(count):
        title = chance.choice(held).rstrip("？")
        asked = chance.choice(SAID).format(title[: chance.randint(4, 14)])
        reading = read(asked)
        way = number % 5
        if number % 10 == 0:
            asked = _in_other_words(chance.choice(DEPARTMENTS) + asked, chance)
        elif way == 1:
            asked = misheard(reading, alike, chance)
        elif way == 2:
            asked = spelled_out(reading)
        elif way == 3:
            asked = reading.firsts
        elif way == 4:
            asked = read(title).firsts[:8]
        found.append(asked)
    return found


def _in_other_words(asked: str, chance: random.Random) -> str:
    """With another word of each group that it has a word of."""
    for group in SYNONYMS:
        said = next((word for word in group if word in asked), "")
        asked = asked.replace(said, chance.choice(group)) if said else asked
    return asked


def misheard(reading: Reading, alike: dict[str, list[str]], chance: random.Random) -> str:
    """With one character of five put as another that sounds the same."""
    return "".join(chance.choice(alike[s]) if chance.random() < 0.2 and s in alike else c
                   for c, s in zip(reading.characters, reading.sounds, strict=True))  # fmt: skip


def spelled_out(reading: Reading) -> str:
    """In pinyin, without tones or blanks."""
    return "".join(spelled().get(s, s) for s in reading.sounds)


def like_sounding(held: list[str]) -> dict[str, list[str]]:
    """All characters of some texts by their sound."""
    found: dict[str, set[str]] = {}
    for character in set("".join(held)):
        found.setdefault(sounds(character), set()).add(character)
    return {sound: sorted(characters) for sound, characters in found.items()}


def _entries() -> list[tuple[int, dict[str, Any]]]:
    files = (tomllib.loads(file.read_text("utf-8")) for file in sorted(ENTRIES.glob("*.toml")))
    return [(of, entry) for of, file in enumerate(files, start=1) for entry in file["entry"]]
