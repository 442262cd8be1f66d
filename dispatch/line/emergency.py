"""Whoever is in danger is told at once whom to ring: by what he says, or by the number that he keys."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """Whom to ring, and the prompt that says so."""

    number: str  # 110 | 119 | 120 | 122

    @property
    def prompt(self) -> str:
        return f"emergency_{self.number}"


# What happens to somebody now. Fire and rescue go before crime, and a crash before the injured: one number is enough,
# and those who answer it call the others.
_HAPPENS = (
    ("119", r"""(?:着|起|失|救)(?:大)?火(?!化|车)|着了(?:大)?火|火(?:太|很|好)?(?:大|灾|势|烧|苗)
        |(?:锅|灶|房|屋|车|楼|山|电线|电池)着了|自燃|消防(?:队|车|员)|(?:在|给)烧|烧(?:起来|着了|过来)|浓烟
        |冒.{0,2}(?:烟|火)|(?:厂|楼|房|车|锅炉|罐).{0,2}炸了|(?<!烟)爆炸(?!物)
        |(?:煤气|燃气|瓦斯|天然气|液化气).{0,4}(?:泄|漏|味)|被困|困(?:在|住)
        |(?:锁|关|卡|夹)在.{0,8}(?:出不|下不|动不)|电梯.{0,6}(?:出不|停了|掉)
        |(?:掉|落|滑|冲|摔|跌)(?:进|到|下|入)?了?(?:河|水|井|湖|沟|山|悬崖|塘|水库|下水道)|溺水
        |(?:房子?|房屋|屋|墙|楼|桥|路)(?:塌|倒)|塌方|泥石流|山体滑坡|滑坡了|(?:洪|大)水(?:来|进|淹|冲)|马蜂|被淹
        |迷路|(?:涨|淹).{0,4}(?:出不|过不)|反锁在|卡在(?!班)"""),
    ("122", r"""车祸|撞(?:了|到|伤|死|倒|上|翻)?了?(?:人|车|我|个|一|在一)|(?:被|让).{0,6}(?:撞|碰倒|压)
        |撞.{0,2}(?:倒|飞|死|伤)|翻车|车.{0,3}翻(?:了|到|进|下|沟)|追尾|交通事故|肇事|车.{0,3}冲(?:进|向|上)
        |撞.{0,3}(?:杆|树|墙|栏)"""),
    ("120", r"""晕(?:倒|过去|死过去|了)|昏(?:倒|迷|过去)|站不(?:住|起|稳)|(?:摔|跌).{0,6}(?:起不来|流血|动不了|断)|倒在
        |没.{0,2}(?:呼吸|心跳|意识|反应|气了)|不省人事|心脏.{0,3}(?:犯|发作|疼|痛|停)|(?:心|胸)口?.{0,2}(?:疼|痛|闷)
        |心梗|脑梗|中风(?!险)|脑出血|出血|流血|流(?:了)?(?:好多|很多|不少|一地)?血|(?:喘|上)不(?:过|上|来).{0,2}气
        |呼吸困难|叫不醒|醒不(?:来|过)|(?:不会|不能|说不出).{0,2}(?:说话|话|动)
        |(?:脸色|嘴唇|嘴).{0,3}(?:发青|发紫|发黑|惨白)|割腕|见红|快(?:要)?(?:不行了|死了)|(?:疼|痛)(?:得|的|死)|抽搐
        |在抽|抽(?:起来|筋)|惊厥|口吐白沫|要生了|羊水|(?:喝|吃)(?:错)?(?:了)?.{0,3}(?:药|毒).{0,2}(?=$|了|自杀)|吃错
        |误(?:食|服)|吞了|噎(?:着|住)|卡(?:着|住)了|中毒|触电|电到|骨头?断
        |(?:手|脚|腿|头发|指头?)被.{0,4}(?:绞|夹|压|切)|(?:蛇|蜂).{0,3}咬|烫(?:伤|了|到)|楼上(?:掉|摔|跳)下
        |一瓶.{0,4}药|救护车"""),
    ("110", r"""打人(?!民|事)|打(?:群|起来|起)?(?:架|来了)|打死|(?:打|砍|捅|杀|伤)(?:我|他|她|人)(?!民)
        |被(?:人)?.{0,3}(?:打|砍|捅|杀|抢|绑|强奸|跟踪|拐|关起)(?!击)|持刀|菜刀|拿.{0,2}(?:刀|棍|枪)|行凶
        |抢(?:劫|我|钱|包|东西|走)|入室|闯进|撬.{0,2}门|小偷|贼|偷(?:东西|我|车|钱)|砸.{0,4}(?:门|店|车)|绑架|强奸
        |非礼|救命|救救?我|家暴|吸毒|闹事|威胁|(?:一直|老是)?(?:跟着|尾随)我|发疯|(?:瓶|砖|棍|棒).{0,2}(?:砸|打)
        |在打(?:小孩|孩子|老婆|我|他|她)|(?:想|要|正在|闹)(?:自杀|跳楼|轻生|跳河|跳桥|跳下)|要跳(?:楼|河|桥|下)
        |不想活|报警|拐(?:走|卖|我)|关起来|(?:孩子|小孩|老人|娃娃|女儿|儿子).{0,4}(?:丢了|走丢|走失|不见)
        |(?:刚|正在).{0,8}(?:被骗|转走|诈骗)"""),
)
_ASKS = re.compile(r"""怎么(?:办理?|申请|申报|开|领|查|交|补|报销|赔|认定|写|算|样才|处理|处罚|投诉|举报|预防|防)|如何
    |哪里(?:办|开|领|交|查|申)|(?:在|去|到)哪|什么(?:条件|材料|手续|流程|标准|政策|规定|时候|部门|证)
    |(?:需|需要|要|带)(?:带)?(?:什么|哪些)|多少钱|多久|能不能|可以不|可不可以|是否|有没有|证明|认定
    |给(?:有|会|能|可以|是)|咋个?(?:办理|申|报|领|开|弄|整)|找哪|哪(?:个|家)?(?:管|部门)|申请|比如|找谁|管吗|归
    |补(?:贴|助|偿)|赔偿|报销|许可|资质|备案|审批|责任书?|保险|鉴定|处理结果|演练|培训|宣传|条例|规定|预案|标准
    |办法|应急局""", re.VERBOSE)
_NOW = re.compile(r"""救命|快(?:来|点|救)|现在|正在|刚(?:刚|才)|马上|已经|有人
    |我(?:家|们|妈|爸|老公|老婆|孩子|儿子|女儿|爷爷|奶奶)|这里|这边|隔壁|楼(?:上|下)""", re.VERBOSE)
_UNHARMED = re.compile(r"以前|去年|上(?:个)?(?:月|周|星期)|前(?:几)?天|前年|如果|假如|万一|要是|预防|防止|避免")
_KEYS = frozenset(("110", "119", "120", "122"))


def emergency(text: str) -> Advice | None:
    """Whom to ring, if these words tell of a danger; None for a question about one.

    One too many is sent to the advice rather than one too few, for a person follows it in any case; but 火化证怎么办
    is a question, and so is what happened last year. It knows the plain ways to cry for help, of unusual ones about a
    third: who is not understood here is understood as no question either, and reaches a person."""
    said = re.sub(r"[\s，。！？、,.!?]", "", text)
    number = next((number for number, happens in _HAPPENS if re.search(happens, said, re.VERBOSE)), None)
    if number is None or _UNHARMED.search(said):
        return None
    return None if _ASKS.search(said) and not _NOW.search(said) else Advice(number)


def keyed(keys: str) -> Advice | None:
    """The same for keys: 110, 119, 120 or 122, also when the menu has taken its first 1 for itself."""
    number = next((n for n in (keys, "1" + keys) if n in _KEYS), None)
    return Advice(number) if number else None
