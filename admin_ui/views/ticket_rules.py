"""The dated rules of tickets: entered with checks, shown before they hold, confirmed by another, each kept."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.deeds import done
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in, wish
from admin_ui.people import who
from admin_ui.words import ACTIONS, TERMS
from dispatch.clocks import rule_sets, rules
from dispatch.clocks.rule_examples import examples
from dispatch.clocks.rule_sets import Draft
from dispatch.tickets.tickets import TicketRules
from hotline.accounts.roles import Permission
from hotline.calendar.days import working_days
from hotline.times import local_day

blueprint = Blueprint("ticket_rules", __name__, url_prefix="/rules")


@blueprint.get("")
@needs(Permission.RULES)
def page() -> ResponseReturnValue:
    """The sets, and a form that holds what is in force now."""
    with reading() as session:
        return _page(session, _in_force(session))


@blueprint.get("/export.csv")
@needs(Permission.RULES)
def export() -> ResponseReturnValue:
    names = [name for name in TERMS if name in rule_sets.NAMES]
    header = (gettext("编号"), gettext("开始日期"), gettext("结束日期"), gettext("依据"), gettext("录入人"),
              gettext("录入时间"), gettext("确认人"), gettext("确认时间"), gettext("撤回时间"),
              *(TERMS[n] for n in names), gettext("不设的步骤"))  # fmt: skip
    with writing() as session:
        found = [(row, rule_sets.terms_of(row, settings=house().settings)) for row in _wanted(session)]
        return csv_of(session, "ticket_rules", header, (
            (r.id, r.valid_from, r.valid_to, r.basis, who(r.by), r.at, who(r.confirmed_by), r.confirmed_at,
             r.dropped_at, *(d.terms[n] for n in names), "、".join(str(ACTIONS[a]) for a in d.without))
            for r, d in found))  # fmt: skip


@blueprint.get("/<int:rules_id>")
@needs(Permission.RULES)
def looked_at(rules_id: int) -> ResponseReturnValue:
    with reading() as session:
        row = _row(session, rules_id)
        return _page(session, rule_sets.terms_of(row, settings=house().settings), row=row)


@blueprint.post("/check")
@needs(Permission.RULES)
def check() -> ResponseReturnValue:
    """What was typed, checked and counted out, and not kept."""
    with reading() as session:
        return _page(session, _typed(), checked=True)


@blueprint.post("")
@needs(Permission.RULES)
def propose() -> ResponseReturnValue:
    draft = _typed()
    if any(rule_sets.faults(draft, today=local_day(now()))):
        return check()
    return done(lambda s: rule_sets.propose(s, draft, by=me(), at=now()), "ticket_rules.page")


@blueprint.post("/<int:rules_id>/confirm")
@needs(Permission.RULES)
def confirm(rules_id: int) -> ResponseReturnValue:
    return done(lambda s: rule_sets.confirm(s, _row(s, rules_id), by=me(), at=now()), "ticket_rules.page")


@blueprint.post("/<int:rules_id>/drop")
@needs(Permission.RULES)
def drop(rules_id: int) -> ResponseReturnValue:
    why = request.form.get("why", "")[:500]
    return done(lambda s: rule_sets.drop(s, _row(s, rules_id), why=why, by=me(), at=now()), "ticket_rules.page")


def _page(session: Session, draft: Draft, *, row: TicketRules | None = None,
          checked: bool = False) -> ResponseReturnValue:
    today, settings = local_day(now()), house().settings
    wrong = list(rule_sets.faults(draft, today=today)) if checked else []
    day = draft.valid_from or today
    shown = [] if wrong else list(examples(draft.rules, day, working_days(session), settings=settings))
    made = render_template(
        "ticket_rules.html", draft=draft, row=row, wrong=wrong, examples=shown, day=day, today=today,
        now_is=_in_force(session).terms, sets=_wanted(session), kept=rule_sets.kept_by(session),
        steps=rule_sets.steps(), names=rule_sets.NAMES, current=rules.current(session, at=now()),
        least=rule_sets.least, most=rule_sets.most)  # fmt: skip
    return made, 422 if wrong else 200


def _in_force(session: Session) -> Draft:
    """What is opened now is opened under this; as the form begins with, without days and grounds."""
    kept = rules.current(session, at=now())
    if kept is None:
        return Draft(None, None, vars(rules.as_set(house().settings)), (), "")
    draft = rule_sets.terms_of(kept, settings=house().settings)
    return Draft(None, None, draft.terms, draft.without, "")


def _typed() -> Draft:
    given = request.form
    return Draft(_day(given.get("valid_from", "")), _day(given.get("valid_to", "")),
                 {name: number_in(given.get(name, "")) for name in rule_sets.NAMES},
                 [one[:20] for one in given.getlist("without")], given.get("basis", "")[:200])  # fmt: skip


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        abort(400)


def _row(session: Session, rules_id: int) -> TicketRules:
    return session.get(TicketRules, rules_id) or abort(404)


def _wanted(session: Session) -> Sequence[TicketRules]:
    text = wish("q")
    return [row for row in rule_sets.listed(session) if text in f"{row.basis} {who(row.by)} {who(row.confirmed_by)}"]
