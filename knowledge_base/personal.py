"""What points to a person is taken out of a question before it is kept: nobody needs it to improve an answer."""

import re

from hotline import digits

GONE = "＊"
"""Stands for what was taken out."""

_NUMBER = digits.rows()
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
# 王先生, 李建国同志; but not 关于女士
_TITLED = re.compile(
    rf"(?<![关由对])(?!国|关于|由于|对于|时间|时候|常见|方便)(?:{_SURNAMES})[一-鿿]{{0,2}}?(?=先生|女士|小姐|同志)"
)
# 张伟的社保卡: only a surname that hardly begins another word, and only before a thing that belongs to one person.
_OWNED = re.compile(
    r"(?:(?<![一-鿿])|(?<=[我帮替给查问为和跟]))(?!张家|韩国|沈阳|唐山|吴江|徐州|梁河|彭州|郭家|罗平|宋体|魏都|杜绝|薛城)"
    r"[张王李刘陈杨赵吴徐朱郭罗梁宋韩唐冯曹袁邓傅沈彭吕卢蒋蔡贾魏薛潘杜姜邹熊郝崔邱秦侯邵尹黎乔龚](?![国家村镇述列梅贴])[一-鿿]{1,2}"
    r"(?=的(?:社保|医保|身份证|户口|户籍|低保|养老金|退休金|工资|公积金|驾驶证|驾照|房产证|不动产|档案|电话|手机|住址|地址|病历|"
    r"残疾证|居住证|结婚证|工单|投诉|举报|案子))"
)
# Letters alone are no account: wxjj is how one types 维修基金.
_WECHAT = re.compile(
    r"((?:微信号?\s*[:：是为]?|(?<![A-Za-z])(?i:wechat|weixin|vx|wx)\s*[:：号是为]+)\s*)[A-Za-z][\w-]{5,19}", re.ASCII
)
_QQ = re.compile(r"((?<![A-Za-z])(?i:qq)(?:号码?|群)?\s*[:：是为]?\s*)\d{5,12}")
# 玉兴路12号3栋502: the road may stay, the door may not; nor 12号文件, 3号线.
_DIGITS = r"(?:\d+|[一二三四五六七八九十百]+)"
_WITHIN = rf"(?:\s*{_DIGITS}\s*(?:号楼|栋|幢|座|单元|层|楼|室|号|户))"
_DOOR = re.compile(
    rf"(?<=[路街巷弄道村组区园苑寨])\s*{_DIGITS}\s*号(?![文线令公通决窗柜馆口车台])(?:楼|院)?(?:附\d+号)?{_WITHIN}*(?:\s*\d{{2,4}})?"
)
_HOUSE = re.compile(rf"{_DIGITS}\s*(?:栋|幢|单元|号楼){_WITHIN}*(?:\s*\d{{2,4}})?|(?<![\dA-Za-z])\d{{3,4}}\s*室")
_I_AM = re.compile(rf"((?:我是|本人|我姓))((?:{_SURNAMES})[一-鿿]{{0,2}})(?=$|[\s，,。！!？?、；;：:])")

# Letters lie on 2 to 9: a long row with neither 0 nor 1 is a word, and no identity number lacks both (its month).
_KEYED_NUMBER = re.compile(r"1[3-9]\d{9}|0\d{9}|(?=\d*[01])\d{12}")


def masked(words: str) -> str:
    """The words with numbers, mail addresses, number plates, doors, accounts, and names that are told as names taken
    out. A bare name that nothing marks as one stays: no list of names tells it from a word."""
    for pattern in (_WECHAT, _QQ, _CALLED, _I_AM):
        words = pattern.sub(rf"\1{GONE}", words)
    for pattern in (_MAIL, _PLATE):
        words = pattern.sub(GONE, words)
    words = _NUMBER.sub(lambda found: found["kept"] or GONE, words)
    for pattern in (_DOOR, _HOUSE, _TITLED, _OWNED):
        words = pattern.sub(GONE, words)
    return words


def keys_masked(pressed: str) -> str:
    """Keys that a caller pressed, unless they hold a telephone, identity or bank number; `*` may stand for its X."""
    return GONE if _KEYED_NUMBER.search(pressed.replace("*", "")) else pressed
