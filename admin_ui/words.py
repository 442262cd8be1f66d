"""The words for what the database keeps as codes."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from admin_ui.public.words import COUNTIES as COUNTIES  # noqa: PLC0414 (for the pages)
from dispatch.answering.coverage import Saying
from dispatch.answering.decision import Channel
from dispatch.callbacks import by_phone, contacting
from dispatch.callbacks.callbacks import State as CallbackState
from dispatch.callbacks.correction_list import Owed
from dispatch.callbacks.missed import Over
from dispatch.callbacks.places import Over as PlaceOver
from dispatch.calls.assessments import State as Judged
from dispatch.calls.call_list import Direction, OnTheLine
from dispatch.calls.calls import Outcome, Step
from dispatch.calls.desk import Readiness
from dispatch.calls.own_calls import Own
from dispatch.calls.queue_lines import Kind as Line
from dispatch.figures.rates import Rate
from dispatch.line.barring import Cause
from dispatch.line.flags import Skill
from dispatch.line.menu import Do, Fault
from dispatch.passed import passed_answers
from dispatch.passed.passed import Outcome as Taken
from dispatch.tickets import caller_told, colleague_notes, secrecy, ticket_files
from dispatch.tickets.handings import Way
from dispatch.tickets.shares import Outcome as Shared
from dispatch.tickets.states import Action, State
from dispatch.tickets.tickets import Klass, Urgency
from dispatch.transfers.hunting import Outcome as Tried
from dispatch.transfers.transfers import Otherwise
from dispatch.transfers.transfers import State as Transferred
from hotline.accounts.roles import Role
from hotline.directory.liaisons import Position
from hotline.telling import addresses, sms
from hotline.telling.notices import Topic
from hotline.telling.outbox import Channel as WayOut
from hotline.telling.outbox import State as Delivered
from knowledge_base.asked import Found, Open
from knowledge_base.asked import Way as Asking
from knowledge_base.authorisations import Form, Scope
from knowledge_base.due import State as DueState
from knowledge_base.entries import Approval
from knowledge_base.entries import State as EntryState
from knowledge_base.forms.imports import State as ImportState
from knowledge_base.ledger import Deed, Kind
from knowledge_base.stages import Stage
from knowledge_base.standing import Standing
from knowledge_base.succession import Change
from knowledge_base.things import Part
from recordings.findings import Done as DoneAbout
from recordings.findings import Kind as Wrong
from recordings.listening import Purpose
from recordings.two_hands import Wish

ROLES = {
    Role.OPERATOR: _("接线员"), Role.SUPERVISOR: _("班长"), Role.QUALITY_INSPECTOR: _("质检"),
    Role.LIAISON: _("联络员"), Role.LEADER: _("分管领导"), Role.SECRECY_REVIEWER: _("保密审查人"),
    Role.CITY_OFFICE: _("市主管部门"), Role.COUNTY_OFFICE: _("县区主管部门"), Role.INSPECTOR: _("督查"),
    Role.AUDITOR: _("审计"), Role.ADMINISTRATOR: _("系统管理员"),
}  # fmt: skip
PASSED = {Taken.TAKEN: _("已登记"), Taken.KNOWN: _("此前已登记"), Taken.FAULTY: _("有误"),
          Taken.DIFFERENT: _("与已登记的不同")}  # fmt: skip
PASSED_EVENTS = {
    "dispatched": _("已派发"), "extended": _("已延期"), "answered": _("已答复"), "closed": _("已办结"),
    "solved": _("问题是否解决"), "not_accepted": _("不予受理"), "handed_back": _("退回12345"),
    "withdrawn": _("已撤单"), "void": _("已作废"),
}  # fmt: skip
TERMS = {
    "consult_days": _("答复咨询（工作日）"), "answer_days": _("答复其他事项（工作日）"),
    "accept_days": _("签收（工作日）"), "return_days": _("退单（工作日）"), "extension_days": _("延期最长（工作日）"),
    "share_days": _("协办反馈（工作日）"), "county_days": _("县区转派（工作日，0为当日）"),
    "dispatch_days": _("热线派发（工作日，0为当日）"), "facts_days": _("待来电人补充最长（工作日）"),
    "urgent_hours": _("答复紧急事项（小时）"), "urgent_accept_hours": _("签收紧急事项（小时）"),
    "critical_hours": _("答复特急事项（小时）"), "critical_accept_hours": _("签收特急事项（小时）"),
    "remind_days": _("到期前提醒（工作日）"), "chase_days": _("逾期后催办（工作日）"),
    "supervise_days": _("逾期后督办（工作日）"), "remind_hours": _("紧急事项到期前提醒（小时）"),
    "chase_hours": _("紧急事项逾期后催办（小时）"), "supervise_hours": _("紧急事项逾期后督办（小时）"),
    "valid_from": _("开始日期"), "valid_to": _("结束日期"), "basis": _("依据"), "without": _("不设的步骤"),
}  # fmt: skip
URGENCIES = {Urgency.NORMAL: _("一般"), Urgency.URGENT: _("紧急"), Urgency.CRITICAL: _("特急")}
STATES = {
    State.TO_DISPATCH: _("待派发"), State.TO_ACCEPT: _("待签收"), State.IN_HAND: _("办理中"),
    State.TO_CHECK: _("待审核"), State.TO_CALL_BACK: _("待回访"), State.CLOSED: _("已办结"), State.FILED: _("已归档"),
    State.NEEDS_FACTS: _("待补充"), State.WITHDRAWN: _("已撤单"), State.VOID: _("已作废"),
    State.NOT_ACCEPTED: _("不予受理"), State.PASSED_ON: _("已转12345"), State.MERGED: _("已合并"),
}  # fmt: skip
CLASSES = {
    Klass.CONSULT: _("咨询"), Klass.HELP: _("求助"), Klass.COMPLAINT: _("投诉"), Klass.REPORT: _("举报"),
    Klass.SUGGESTION: _("建议"), Klass.PRAISE: _("表扬"),
}  # fmt: skip
ACTIONS = {
    "recount": _("重算期限"), "urge": _("催单"), "supplement": _("补充"),
    "transfer_tried": _("呼叫联络员"), "correct": _("安排更正告知"), "reword": _("更新告知内容"),
    "refer": _("登记"), "describe": _("核定事项"), Action.DISPATCH: _("派发"), Action.OPEN: _("打开"),
    Action.ACCEPT: _("签收"),
    Action.RETURN: _("退单"), Action.REPLY: _("起草答复"), Action.SIGN: _("签发"),
    Action.DECLINE: _("不予签发"), Action.SEND_BACK: _("退回重写"),
    Action.PASS: _("审核通过"), Action.CLOSE: _("办结"), Action.REDO: _("重办"), Action.FILE: _("归档"),
    Action.ASK_FACTS: _("请来电人补充"), Action.GIVE_FACTS: _("来电人已补充"), Action.GO_ON: _("恢复办理"),
    Action.WITHDRAW: _("撤单"), Action.VOID: _("作废"), Action.NOT_ACCEPT: _("不予受理"), Action.PASS_ON: _("转12345"),
    Action.MERGE: _("合并"), Action.UNMERGE: _("撤销合并"), Action.FOLLOW: _("随主单答复"), "merged_in": _("并入工单"),
    "merged_out": _("并入的工单已移出"), "extended_along": _("随主单延期"), "merge_wanted": _("建议合并"),
    ticket_files.ADDED: _("添加附件"), ticket_files.REMOVED: _("删除附件"),
    colleague_notes.NOTE: _("同事备注"), contacting.CONTACT: _("联系来电人"),
    "want_share": _("申请协办"), "share_ask": _("安排协办"), "share_give": _("协办意见"), "share_back": _("退回协办"),
    "share_end": _("结束协办"), "share_late": _("协办逾期"),
    by_phone.HEARD: _("电话已告知"), by_phone.UNHEARD: _("电话未能告知"),
    "remind": _("到期提醒"), "overdue": _("逾期提醒"), "chase": _("催办通知"), "supervise": _("列入督办"),
    "letter": _("督办函"), "supervise_end": _("结束督办"), Action.IMPOSE: _("指定承办"),
    Action.ASK_EXTENSION: _("申请延期"), Action.EXTEND: _("同意延期"), Action.REFUSE_EXTENSION: _("不同意延期"),
    Action.HAND_DOWN: _("转派县区"), Action.HAND_UP: _("退回市级"), "county_late": _("县区未按时转派"),
    "dispatch_late": _("未按时派发"), secrecy.CONFIDE: _("来电人要求保密"),
    caller_told.OUT: _("此前的短信已发出或可能已发出，不能收回"),
    Action.SUCCEED: _("承接单位接办"), Action.TAKE_AWAY: _("收回重派"),
    "disputed": _("重办后仍不满意"), Action.SETTLE: _("裁定办结"), Action.REDO_AGAIN: _("裁定重办"),
}  # fmt: skip
CONTACTS = {"reached": _("已与来电人通话"), contacting.ANSWERED: _("已在通话中答复来电人"),
            "no_answer": _("来电人未接"), "refused": _("来电人不愿通话"), "wrong_person": _("接听者非本人"),
            contacting.NOT_RUNG: _("联络员电话未接通，未拨来电人")}  # fmt: skip
OUTCOMES = {
    Outcome.ANSWERED_BY_MACHINE: _("自助答复"), Outcome.DIRECTED: _("告知承办单位"),
    Outcome.PROGRESS_TOLD: _("查询进度"), Outcome.ANSWERED_BY_OPERATOR: _("人工接听"),
    Outcome.MESSAGE_LEFT: _("留言"), Outcome.PLACE_KEPT: _("保留排位"), Outcome.CALLED_BACK: _("已回访"),
    Outcome.ABANDONED: _("排队放弃"),
    Outcome.HUNG_UP: _("中途挂断"),
}  # fmt: skip
STEPS = {
    Step.BEGAN: _("来电"), Step.MENU: _("进入菜单"), Step.DEPARTMENT: _("选择部门"), Step.HEARD: _("说的话"),
    Step.EMERGENCY: _("紧急情况，已请其拨打"),
    Step.CANDIDATE: _("听到候选问题"),
    Step.NOTICE: _("排队时听到突发热点"),
    Step.TOLD: _("已告知答复"), Step.DIRECTED: _("告知承办单位"), Step.PROGRESS: _("告知进度"),
    Step.CODE_WRONG: _("查询码有误"), Step.QUEUED: _("进入排队"), Step.OFFERED: _("振铃"), Step.MISSED: _("未接"),
    Step.ANSWERED: _("接听"), Step.LISTENED_IN: _("监听"), Step.LISTENING_CUT: _("监听中止"),
    Step.LEFT_QUEUE: _("离开排队"),
    Step.PLACE_KEPT: _("保留排位"), Step.TRANSFER_BEGAN: _("转接承办单位"),
    Step.TRANSFER_TRIED: _("呼叫联络员"), Step.TRANSFER_JOINED: _("三方通话"), Step.TRANSFER_ENDED: _("转接结束"),
    Step.MESSAGE: _("留言"), Step.REFERRED: _("交办"),
    Step.TALKED: _("已回电"), Step.RATED: _("评价"), Step.ENDED: _("结束"), Step.FAULT: _("故障"),
}  # fmt: skip
IN_QUEUE = {
    Line.ENTERED: _("进入排队"), Line.CONNECTED: _("接通"), Line.RANG_OUT: _("振铃未接"),
    Line.RING_ENDED: _("振铃中断"), Line.GAVE_UP: _("排队时挂断"), Line.TIMED_OUT: _("等候超时"),
    Line.KEYED: _("按键离开排队"), Line.EMPTIED: _("无人可接"), Line.CALLER_HUNG_UP: _("来电人挂断"),
    Line.OPERATOR_HUNG_UP: _("接线员挂断"), Line.HANDED_ON: _("转出"),
}  # fmt: skip
TRIED = {
    Tried.ANSWERED: _("已接通"), Tried.BUSY: _("占线"), Tried.NO_ANSWER: _("无人接听"),
    Tried.CALLER_HUNG_UP: _("来电人挂断"), Tried.OUT_OF_HOURS: _("非办公时间"),
    Tried.WRONG_PERSON: _("号码有误，非本人"), Tried.NUMBER_INVALID: _("号码无效"),
    Tried.STOPPED: _("已停止呼叫"), Tried.FAILED: _("线路故障"),
    Tried.IN_DOUBT: _("结果不明"), "": _("正在呼叫"),
}  # fmt: skip
TRANSFERS = {
    Transferred.RINGING: _("正在转接"), Transferred.CONNECTED: _("已接通"), Transferred.NOBODY: _("无人接听"),
    Transferred.OUT_OF_HOURS: _("非办公时间"), Transferred.STOPPED: _("停止转接"),
    Transferred.CALLER_HUNG_UP: _("来电人挂断"), Transferred.FAILED: _("线路故障"),
}  # fmt: skip
POSITIONS = {Position.A: _("A角"), Position.B: _("B角"), Position.SECTION: _("科室"), "": ""}
OTHERWISE = {Otherwise.RECORD: _("录音交办"), Otherwise.OPERATOR: _("回到我的话机")}
READINESS = {Readiness.AWAY: _("离席"), Readiness.READY: _("示闲"), Readiness.PAUSED: _("小休"),
             Readiness.WRAP_UP: _("话后处理")}  # fmt: skip
CALLBACK_STATES = {
    CallbackState.DUE: _("待拨"), CallbackState.CLAIMED: _("已领取"), CallbackState.DIALLING: _("正在拨打"),
    CallbackState.DONE: _("完成"), CallbackState.GIVEN_UP: _("未能接通"), CallbackState.VOID: _("作废"),
}  # fmt: skip
ENTRY_STATES = {
    EntryState.DRAFT: _("草稿"), EntryState.PUBLISHED: _("已发布"),
    EntryState.WITHDRAWN: _("已撤回"), EntryState.EXPIRED: _("已过期"),
}  # fmt: skip
STAGES = {
    Stage.DRAFT: _("草稿"), Stage.SUBMITTED: _("待审核"), Stage.CHECKED: _("待保密审查"),
    Stage.REFERRED: _("已报上级审查"), Stage.PASSED: _("待发布"), Stage.PUBLISHED: _("已发布"),
    Stage.REPLACED: _("已被新版取代"), Stage.REFUSED: _("审查未通过"), Stage.EXPIRED: _("已过期"),
    Stage.WITHDRAWN: _("已撤回"),
}  # fmt: skip
DEEDS = {
    Deed.WRITTEN: _("起草"), Deed.SUBMITTED: _("提交审核"), Deed.SENT_BACK: _("退回修改"),
    Deed.CHECKED: _("部门审核通过"), Deed.PASSED: _("保密审查通过"), Deed.REFUSED: _("保密审查不予通过"),
    Deed.REFERRED_UP: _("报上级审查"), Deed.PUBLISHED: _("发布"), Deed.REPLACED: _("被新版取代"),
    Deed.WITHDRAWN: _("撤回"), Deed.EXPIRED: _("到期"), Deed.CARRIED: _("类别更名"), Deed.CONFIRMED: _("部门确认"),
    Deed.SWEEP_DUE: _("复查到期，已提醒"), Deed.SWEPT: _("复查：仍可公开"), Deed.PULLED: _("复查：撤下"),
}  # fmt: skip
SAID = {
    "question": _("问题"), "answer": _("供阅读的答复"), "spoken": _("供播报的答复"), "valid_from": _("有效期起"),
    "valid_to": _("有效期止"), "category": _("类别"), "keywords": _("关键词"), "summary": _("摘要"),
    "legal_basis": _("依据"), "section": _("经办科室"), "phone": _("电话"), "attachments": _("附件"),
}  # fmt: skip
KINDS = {Kind.ENTRY: _("条目"), Kind.LICENCE: _("许可事项"), Kind.BASE: _("基本信息")}
FORMS = {Form.FULL: _("全文"), Form.SUMMARY: _("摘要"), Form.CONTACT: _("仅部门名称和电话")}
SCOPES = {Scope.DEPARTMENT: _("整个部门"), Scope.CATEGORIES: _("部分类别"), Scope.LICENCES: _("部分许可事项"),
          Scope.ENTRIES: _("部分条目")}  # fmt: skip
CHANNELS = {Channel.MACHINE: _("自助语音"), Channel.OPERATOR: _("接线员"), Channel.WEB: _("网站")}
OPEN = {Open.OPEN: _("待指派"), Open.ASSIGNED: _("已指派"), Open.ANSWERED: _("已转条目"), Open.DISMISSED: _("不予答复")}
FOUND = {Found.CHOSEN: _("找到并确认"), Found.SHOWN: _("给出候选"), Found.UNSURE: _("不确定"),
         Found.NOTHING: _("没有找到")}  # fmt: skip
WAYS = {Asking.WORDS: _("文字"), Asking.PINYIN: _("拼音"), Asking.KEYS: _("按键"), Asking.SPEECH: _("语音")}
APPROVALS = {Approval.PROPOSED: _("待审"), Approval.APPROVED: _("已通过"), Approval.REFUSED: _("未通过"),
             Approval.RETIRED: _("已停用")}  # fmt: skip
SOURCES = {"call": _("自助语音"), "desk": _("接线员"), "web": _("网站"), "asked": _("未答问题"), "office": _("部门"),
           "form": _("表格")}  # fmt: skip
LODGED = {"call": _("来电"), "web": _("网上提问"), "12345": _("12345转来"), "correction": _("更正告知")}
SATISFACTION = {1: _("非常满意"), 2: _("满意"), 3: _("基本满意"), 4: _("不满意"), 5: _("非常不满意")}
RATES = {
    Rate.ACCEPTED: _("按时签收率"), Rate.ANSWERED: _("按时办结率"), Rate.RETURNED: _("退单率"),
    Rate.EXTENDED: _("延期率"), Rate.REDONE: _("重办率"), Rate.REACHED: _("回访率"), Rate.SOLVED: _("解决率"),
    Rate.SATISFIED: _("满意率"),
}  # fmt: skip
RATES_OF = {
    Rate.ACCEPTED: _("（期限内签收 ÷ 已签收或逾期未签收，不含未签收即退单、撤单、合并的）"),
    Rate.ANSWERED: _("（期限内签发答复 ÷ 已签发或逾期未签发，不含待补充的；被退回修改的以最后签发为准）"),
    Rate.RETURNED: _("（退单 ÷ 派发和指定承办）"),
    Rate.EXTENDED: _("（获准延期 ÷ 派发、指定承办和重办）"),
    Rate.REDONE: _("（重办 ÷ 回访到来电人）"),
    Rate.REACHED: _("（回访到来电人 ÷ 应回访且已结束，不含表扬、建议）"),
    Rate.SOLVED: _("（来电人称已解决 ÷ 来电人答复了是否解决）"),
    Rate.SATISFIED: _("（非常满意、满意、基本满意 ÷ 已评价）"),
}  # fmt: skip
HANDED = {Way.HANDED: _("派发"), Way.AGAIN: _("重办"), Way.ALONG: _("随主单"), Way.PASSED: _("承接")}
HANDING_ENDED: dict[str, LazyString] = {
    Action.RETURN: _("退单"), Action.MERGE: _("合并"), Action.WITHDRAW: _("撤单"), Action.CLOSE: _("办结"),
    Action.SETTLE: _("裁定办结"), Action.REDO: _("重办"), Action.REDO_AGAIN: _("裁定重办"),
    Action.SUCCEED: _("承接单位接办"), Action.TAKE_AWAY: _("收回重派"),
}  # fmt: skip
SOLVED: dict[bool | None, LazyString] = {True: _("已解决"), False: _("未解决")}
REACHED = {True: _("已回访"), False: _("未回访"), None: ""}
LINES = {OnTheLine.QUEUED: _("进入过排队"), OnTheLine.WAITING: _("正在排队"), OnTheLine.TALKING: _("正在通话"),
         OnTheLine.ANSWERED: _("人工接听"), OnTheLine.LOST: _("未接通"), OnTheLine.QUICK: _("15秒内接听"),
         OnTheLine.ASKED: _("要求人工且已有结果")}  # fmt: skip
STANDINGS = {
    Standing.IN_FORCE: _("有效"), Standing.PROVISIONAL: _("暂行有效"), Standing.UNSIGNED: _("待签发"),
    Standing.NOT_YET: _("尚未生效"),
    Standing.EXPIRED: _("已过期"), Standing.REVOKED: _("已撤销"), Standing.SUPERSEDED: _("已被新版取代"),
}  # fmt: skip
SAYINGS = {Saying.FULL: _("全文"), Saying.SUMMARY: _("摘要"), Saying.CONTACT: _("仅联系方式"),
           Saying.PAUSED: _("逾期停播"), Saying.NONE: _("未授权")}  # fmt: skip
CHANGES = {Change.RENAMED: _("更名"), Change.MERGED: _("合并"), Change.SPLIT: _("拆分"),
           Change.ABOLISHED: _("撤销机构")}  # fmt: skip
OWED = {Owed.OPEN: _("未安排"), Owed.ARRANGED: _("已安排"), Owed.UNREACHABLE: _("号码不可回拨")}
ATTEMPTS = {"told": _("已告知"), "unconfirmed": _("接通未确认"), "absent": _("本人不在"),
            "wrong_person": _("打错了"), "unrated": _("已告知，评价前中断"), "no_answer": _("无人接听"),
            "busy": _("占线"), "line_fault": _("线路故障，未拨通"), "in_doubt": _("结果不明"), "failed": _("呼叫失败"),
            "broken_off": _("中途挂断"), "refused": _("不愿接受回访"), "not_rung": _("话机未接，未拨出")}  # fmt: skip
MISSED = {Over.CALLED_BACK: _("已回电"), Over.CAME_THROUGH: _("已自行接通"), Over.MESSAGE: _("已留言"),
          Over.REFUSED: _("不愿接受回电"), Over.NOT_REACHED: _("多次未接通"), "": _("待回电")}  # fmt: skip
PLACES = {PlaceOver.ANSWERED: _("已接通"), PlaceOver.REFUSED: _("不再需要"), PlaceOver.TAKEN_OVER: _("自行来电"),
          PlaceOver.NOT_REACHED: _("未接通，转人工回电"), PlaceOver.EXPIRED: _("超时，转人工回电"),
          PlaceOver.MESSAGE: _("已留言"), "": _("等候回电")}  # fmt: skip
CAUSES = {Cause.NUISANCE: _("骚扰辱骂"), Cause.OCCUPYING: _("占用线路"), Cause.FALSE: _("反映虚假情况")}
BLOCKS = {"standing": _("限制中"), "over": _("已结束")}
MENU_DOES = {Do.SELF_SERVICE: _("自助查询"), Do.PROGRESS: _("查询进度"), Do.PERSON: _("人工服务"),
             Do.DIALECT: _("方言人工服务"), Do.MESSAGE: _("留言"), Do.ANNOUNCE: _("播报一段话"),
             Do.MENU: _("下一层菜单")}  # fmt: skip
MENU_FAULTS = {
    Fault.EMPTY: _("至少要有一个按键"), Fault.TWICE: _("按键重复"),
    Fault.PATH: _("按键应为1至9，最多两层，如 4.1；0总是转人工"),
    Fault.SILENT: _("请填写说法，最多20个字"), Fault.DEAD_END: _("没有去向：菜单下面没有按键，或者没有填写播报内容"),
    Fault.NO_PARENT: _("上一层的按键不是菜单"), Fault.TOO_MANY: _("一层最多6个按键"),
    Fault.WORDS: _("播报内容最多200个字"),
}  # fmt: skip
SKILLS = {Skill.ELDERLY: _("老年人"), Skill.DIALECT: _("方言")}
VERIFIED = {"matter": _("姓名和事项相符"), "code": _("查询码相符")}
DIRECTIONS = {Direction.IN: _("来电"), Direction.OUT: _("回访")}
PARTS = {Part.BASE: _("基本信息"), Part.ENTRY: _("知识条目"), Part.AUTHORISATION: _("授权"),
         Part.LICENCE: _("许可事项")}  # fmt: skip
FRESHNESS = {DueState.FRESH: _("按期"), DueState.SOON: _("即将到期"), DueState.OVERDUE: _("逾期（宽限期内）"),
             DueState.BEYOND: _("已超宽限期")}  # fmt: skip
BASE_FIELDS = {
    "short_name": _("简称"), "aliases": _("别称"), "address": _("地址"), "post_code": _("邮政编码"),
    "summer_hours": _("办公时间（夏季或全年）"), "winter_hours": _("办公时间（冬季）"), "phone": _("接待电话"),
    "supervision_phone": _("监督电话"), "transfer_numbers": _("转接电话"), "duty_phone": _("24小时值班电话"),
    "fax": _("传真"), "email": _("电子邮箱"), "web_site": _("网站"), "leader": _("分管领导"), "duties": _("主要职责"),
    "sections": _("内设机构"), "way_there": _("交通指引"),
}  # fmt: skip
IMPORT_STATES = {
    ImportState.READING: _("正在读取"), ImportState.UNREADABLE: _("无法读取"), ImportState.PREVIEWED: _("待入库"),
    ImportState.APPLYING: _("正在入库"), ImportState.APPLIED: _("已入库"),
    ImportState.UNDOING: _("正在撤销"), ImportState.UNDONE: _("已撤销"),
}  # fmt: skip
TOPICS = {
    Topic.NEW: _("新工单待签收"), Topic.GONE: _("工单已转其他单位"), Topic.WITHDRAWN: _("来电人撤单"),
    Topic.ENDED: _("工单不再办理"), Topic.MERGED: _("工单已并入其他工单"), Topic.PARTED: _("并入的工单已分出"),
    Topic.RETURNED: _("工单被退回"), Topic.TO_IMPOSE: _("工单两次被退回，待指定承办"),
    Topic.IMPOSED: _("已指定承办单位"),
    Topic.TO_SIGN: _("答复待签发"), Topic.TO_CHECK: _("答复待审核"), Topic.SENT_BACK: _("答复被退回修改"),
    Topic.REDO: _("工单需重办"), Topic.DISPUTED: _("来电人再次不满意，待裁定"), Topic.CALL_BACK: _("待人工回访"),
    Topic.URGED: _("来电人催单"), Topic.ADDED: _("来电人补充情况"), Topic.DUE_SOON: _("工单即将到期"),
    Topic.OVERDUE: _("工单已逾期"), Topic.CHASED: _("催办通知"), Topic.SUPERVISED: _("工单列入督办"),
    Topic.LETTER: _("收到督办函"), Topic.FACTS_WANTED: _("需请来电人补充"),
    Topic.GOES_ON: _("未获补充，按现有情况办理"), Topic.EXTENSION_ASKED: _("延期申请待审批"),
    Topic.EXTENSION_DECIDED: _("延期申请已有结果"), Topic.HANDED_DOWN: _("转派县区待派发"),
    Topic.TO_DISPATCH: _("新工单待派发"), Topic.DISPATCH_LATE: _("工单未按时派发"),
    Topic.COUNTY_LATE: _("县区未按时转派"), Topic.UNMANNED: _("承办单位没有可提醒的人员"),
    Topic.PASSED_REFUSED: _("12345转来事项待处理"),
    Topic.SHARE_ASKED: _("新协办待反馈"), Topic.SHARE_IN: _("协办意见已反馈"), Topic.SHARE_OVER: _("协办已结束"),
    Topic.SHARE_LATE: _("协办已逾期"), Topic.SHARE_WANTED: _("申请协办待安排"),
    Topic.REPORT: _("月度统计表待报送"),
    Topic.UNHEARD: _("告知未送达，请人工告知"), Topic.UNREGISTERED: _("短信文本未报备，短信未发出"),
    Topic.CALENDAR: _("年度放假安排缺失，请录入"),
    Topic.UPDATE: _("基础信息定期更新"), Topic.SWEEP_DUE: _("保密复查到期"), Topic.LAPSED: _("待发布版本已过有效期"),
}  # fmt: skip
TEXTS = {sms.CODE: _("告知查询码"), sms.CLOSED: _("告知办结"), sms.AHEAD: _("回电预告"), sms.ANSWER: _("发送答复"),
         sms.STANDING: _("告知进度"), sms.EXTENDED: _("告知延期"), sms.NOT_ACCEPTED: _("告知不予受理"),
         sms.DUTY: _("值班通知"), sms.NOTICE: _("提醒"), sms.DIGEST: _("提醒汇总")}  # fmt: skip
TOLD: dict[str, LazyString] = {str(topic): text for topic, text in TOPICS.items()} | TEXTS
TOLD[passed_answers.TOPIC] = _("答复12345")
TOLD[addresses.TOPIC] = _("邮箱验证码")
WAYS_OUT = {WayOut.EMAIL: _("邮件"), WayOut.SMS: _("短信"), WayOut.WEBHOOK: _("接口"), WayOut.PHONE: _("电话")}
DELIVERIES = {Delivered.OWED: _("待发送"), Delivered.SENDING: _("发送中"), Delivered.SENT: _("已发送"),
              Delivered.FAILED: _("失败"), Delivered.IN_DOUBT: _("结果不明"),
              Delivered.VOID: _("无需发送")}  # fmt: skip
TRIES = {"sent": _("已发送"), "later": _("稍后重试"), "failed": _("失败"), "in_doubt": _("结果不明"),
         "void": _("无需发送"), "": _("发送中")}  # fmt: skip
WRONG = {
    Wrong.NO_RECORDING: _("通话没有录音"), Wrong.NO_CALL: _("录音没有通话"), Wrong.MISMATCH: _("录音与入库时不符"),
    Wrong.UNOWNED: _("无主文件"), Wrong.NO_FILE: _("录音文件不在"),
    Wrong.FILE_MISSING: _("附件不在"), Wrong.FILE_CHANGED: _("附件与上传时不符"), Wrong.FILE_UNOWNED: _("无主附件"),
    Wrong.EXCHANGE: _("交换机重启"), Wrong.CUT_OFF: _("通话随交换机中断"),
}  # fmt: skip
DONE_ABOUT = {
    DoneAbout.TAKEN_IN: _("已入库"), DoneAbout.PUT_BACK: _("已从暂存处重新入库"),
    DoneAbout.REMOVED: _("多余副本已删除"),
    DoneAbout.TOO_SHORT: _("通话太短，无需处理"), DoneAbout.LEFT: _("待人工处理"), DoneAbout.RESTORE: _("须从备份恢复"),
    DoneAbout.AGREES: _("再次核对时已相符"), DoneAbout.BY_HAND: _("人工处理完毕"),
    DoneAbout.NOTED: _("已记录"),
}  # fmt: skip
SHARES = {Shared.OPEN: _("待反馈"), Shared.GIVEN: _("已反馈"), Shared.RETURNED: _("已退回"), Shared.ENDED: _("已结束")}
LETTERS = {"none": _("未发督办函"), "written": _("已发督办函")}
SETTLED = {"open": _("待处理"), "settled": _("已处理")}
WISHES = {Wish.HEAR: _("收听保密通话"), Wish.ORIGINAL: _("收听遮蔽前的原始录音"),
          Wish.HOLD: _("依法留存"), Wish.RELEASE: _("解除留存")}  # fmt: skip
PURPOSES = {Purpose.HANDLE: _("办理工单"), Purpose.QUALITY: _("质检"), Purpose.DISPUTE: _("核实争议"),
            Purpose.LAW: _("依法调取")}  # fmt: skip
JUDGED = {Judged.OPEN: _("待评"), Judged.SCORED: _("已评")}
DRAWN = {True: _("随机抽取"), False: _("指定")}
OWN_CALLS = {Own.TAKEN: _("接听和拨出"), Own.MISSED: _("振铃未接"), Own.JUDGED: _("已评")}
