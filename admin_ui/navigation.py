"""The places of the house that a person may go to, in groups."""

from flask_babel import LazyString, lazy_gettext
from flask_login import current_user

from hotline.accounts.roles import Permission as P

GROUPS = (
    ((P.DESK, "desk.page", lazy_gettext("座席")), (P.TICKETS, "tickets.listed", lazy_gettext("工单")),
     (P.TICKETS, "shares.listed", lazy_gettext("协办")),
     (P.SUPERVISE, "supervision.listed", lazy_gettext("督办")),
     (P.EXCHANGE, "passed.listed", lazy_gettext("12345往来")), (P.RULES, "ticket_rules.page", lazy_gettext("期限规则")),
     (P.CALLS, "calls.listed", lazy_gettext("通话")), (P.CALLS, "transfers.listed", lazy_gettext("转接记录")),
     (P.DESK, "own_calls.listed", lazy_gettext("我的通话")), (P.ASSESS, "assessments.listed", lazy_gettext("质检")),
     (P.DESK, "callbacks.listed", lazy_gettext("回访")), (P.DESK, "missed.listed", lazy_gettext("未接来电")),
     (P.DESK, "places.listed", lazy_gettext("保留排位")),
     (P.FLAG, "flags.listed", lazy_gettext("来电标记")), (P.LINE, "barring.listed", lazy_gettext("来电限制")),
     (P.LINE, "menu.page", lazy_gettext("语音菜单")), (P.LINE, "voice.listed", lazy_gettext("语音试听")),
     (P.LINE, "switches.listed", lazy_gettext("自助服务开关")), (P.LINE, "calendar.listed", lazy_gettext("工作日历"))),
    ((P.KNOWLEDGE, "knowledge.listed", lazy_gettext("知识库")),
     (P.LEDGER, "review.queue", lazy_gettext("审核与审查")), (P.LEDGER, "ledger.listed", lazy_gettext("审查台账")),
     (P.CORRECT, "corrections.listed", lazy_gettext("更正告知")),
     (P.CATEGORIES, "categories.listed", lazy_gettext("类别")),
     (P.KNOWLEDGE, "authorisations.listed", lazy_gettext("授权")),
     (P.KNOWLEDGE, "licences.listed", lazy_gettext("许可事项")),
     (P.UNANSWERED, "asked.listed", lazy_gettext("未答问题")), (P.PHRASINGS, "phrasings.listed", lazy_gettext("问法")),
     (P.SYNONYMS, "synonyms.listed", lazy_gettext("同义词")), (P.ANALYTICS, "analytics.page", lazy_gettext("搜索分析")),
     (P.FORMS, "forms.listed", lazy_gettext("表格")),
     (P.KNOWLEDGE, "departments.listed", lazy_gettext("部门")),
     (P.DEPARTMENTS, "liaisons.listed", lazy_gettext("联络员")),
     (P.UPDATE, "updates.page", lazy_gettext("定期更新")),
     (P.FRESHNESS, "freshness.listed", lazy_gettext("更新情况"))),
    ((P.FIGURES, "figures.page", lazy_gettext("数据看板")),
     (P.REPORT, "monthly_reports.page", lazy_gettext("月度统计报送")),
     (P.CUSTODY, "custody.listed", lazy_gettext("录音保管")),
     (P.AUDIT, "audit.listed", lazy_gettext("审计记录")),
     (P.ACCOUNTS, "accounts.listed", lazy_gettext("账号")), (P.TELLING, "deliveries.listed", lazy_gettext("对外消息")),
     (P.TELLING, "ways_out.page", lazy_gettext("短信模板和接口")), (P.SYSTEM, "system.page", lazy_gettext("系统状态"))),
)  # fmt: skip


def navigation() -> list[list[tuple[str, LazyString]]]:
    """What the person who looks may go to; groups without anything fall away."""
    account = current_user.account
    groups = [[(page, label) for need, page, label in group if account.may(need)] for group in GROUPS]
    return [group for group in groups if group]
