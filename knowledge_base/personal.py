"""What points to a person is taken out of a question before it is kept: nobody needs it to improve an answer."""

import re

GONE = "＊"
"""Stands for what was taken out."""

# A telephone, identity or bank number, also with blanks or strokes between its groups, or said digit by digit.
_NUMBER = re.compile(r"(?<![0-9A-Za-z.])\+?\d(?:[ \-—]?\d){6,}[Xx]?(?![0-9A-Za-z])")
_SAID = re.compile(r"[零〇一二三四五六七八九幺两]{7,}[Xx]?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·. ]?"
    r"(?=[A-Za-z]*\d)[0-9A-Za-z]{5,6}(?![0-9A-Za-z])"
)
_SURNAMES = (
    "欧阳|司马|上官|诸葛|皇甫|尉迟|公孙|慕容|令狐|[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻"
    "苏潘葛范彭郎鲁韦昌马苗凤方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常于时傅皮卞齐康伍余元顾孟平黄穆萧尹姚邵汪祁毛狄"
    "米贝臧计成戴宋茅庞熊纪舒屈项祝董梁杜阮蓝季贾江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯卢莫房丁邓洪包左石崔吉龚程邢"
    "裴陆荣翁甄曲封储靳段富巫焦谷车侯全班仰秋仲伊宫宁仇甘厉祖武符刘景詹束龙叶司郜黎薄印白蒲邰从索赖卓蔺屠蒙池乔闻党翟谭贡劳姬"
    "申扶冉宰郦雍桑桂牛寿通边燕冀尚农温别庄晏柴瞿阎连习向古易慎戈廖庾居衡步都耿满弘匡国文寇广东沃利师巩聂晁敖冷辛阚那简饶曾关"
    "普沙矣者纳木方白拔]"
)
_GOES_ON = r"(?=$|[\s，,。.！!？?、；;：:]|想|要|的|是|问|在|来|住|有|今|现|家|我|请|因|身|电|手|户|被|没|去|和|跟)"
_BEFORE = r"(我叫|我名叫|我的名字叫|我的名字是|名字叫|名叫|姓名[是叫：:]?)\s*"
_CALLED = re.compile(rf"{_BEFORE}(?:{_SURNAMES})(?:[一-鿿]{_GOES_ON}|[一-鿿]{{2}})")
_I_AM = re.compile(rf"((?:我是|本人|我姓))((?:{_SURNAMES})[一-鿿]{{0,2}})(?=$|[\s，,。！!？?、；;：:])")


def masked(words: str) -> str:
    """The words with numbers, mail addresses, number plates and the name that a person gives taken out."""
    for pattern in (_MAIL, _PLATE, _NUMBER, _SAID):
        words = pattern.sub(GONE, words)
    words = _CALLED.sub(rf"\1{GONE}", words)
    return _I_AM.sub(rf"\1{GONE}", words)


def keys_masked(pressed: str) -> str:
    """Keys that a caller pressed, as long as they can't be a number of his own."""
    return GONE if len(pressed) > LONGEST_KEYED and pressed.isdigit() else pressed


LONGEST_KEYED = 10
"""Longer rows of keys are rather a mobile number than the letters of a word."""
