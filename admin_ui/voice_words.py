"""The words of the pages about the machine's voice, and where in a call each prompt is said."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from dispatch.answering.spoken import Look, Sort
from hotline.voice.prompts import sections
from hotline.voice.studio import Doubt
from hotline.voice.takes import Standing

SORTS = {
    Sort.PROMPT: _("提示语"), Sort.TITLE: _("问题标题"), Sort.ANSWER: _("答复"), Sort.SUMMARY: _("答复摘要"),
    Sort.MENU: _("语音菜单"),
}  # fmt: skip
LOOKS = {
    Look.UNHEARD: _("变更后未听"), Look.PERSON: _("真人录音"), Look.CORRECTED: _("读音已纠正"),
    Look.OUT_OF_DATE: _("录音已过时"), Look.WAITING: _("录音待批准"), Look.UNMADE: _("正在合成"),
}  # fmt: skip
STANDINGS = {
    Standing.WAITING: _("待批准"), Standing.REFUSED: _("未采用"), Standing.USED: _("正在使用"),
    Standing.OUT_OF_DATE: _("已过时（文字已变更）"), Standing.FORMER: _("曾经使用"),
}  # fmt: skip
DOUBTS = {
    Doubt.NOISY: _("背景噪声较大"), Doubt.SHORT: _("比合成语音短很多，请核对文字"),
    Doubt.LONG: _("比合成语音长很多，请核对文字"),
}  # fmt: skip
SECTIONS = {
    "self_service": _("主菜单 → 1 自助查询"), "speaking": _("主菜单 → 1 自助查询 → 说出问题"),
    "progress": _("主菜单 → 2 查询进度"), "question": _("留言"), "callback": _("回访来电人"),
    "transfer": _("转接承办单位"), "survey": _("人工服务之后"), "waiting": _("排队等候"),
    "place": _("排队等候 → 2 回电"), "telling": _("电话通知值班人员和来电人"),
    "dates": _("播报日期和时间"), "hours": _("非人工服务时间"), "guarding": _("限制来电"),
    "emergency": _("主菜单 → 110、119、120、122"), "numbers": _("播报数字"),
}  # fmt: skip
PLACES = {
    "greeting": _("接通后第一句"), "menu": _("主菜单"), "menu_progress": _("主菜单（无自助服务）"),
    "to_operator": _("主菜单 → 0 人工服务"), "all_busy": _("排队等候之后"), "leave_question": _("留言"),
    "your_code_is": _("留言"), "code_again": _("留言"), "no_code_we_call_back": _("留言"), "goodbye": _("通话结束"),
    "sorry_call_later": _("通话结束"), "blocked": _("限制来电"), "you_are_next": _("排队等候"),
    "position_before": _("排队等候"), "position_after": _("排队等候"),
}  # fmt: skip


def place_of(prompt: str) -> LazyString | str:
    """Where in a call it is said."""
    return PLACES.get(prompt) or SECTIONS.get(sections().get(prompt, ""), _("播报数字"))
