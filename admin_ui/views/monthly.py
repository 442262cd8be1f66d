"""附件9, the month's statistics, as a file: what is counted, and open cells for the rest."""

import io
from datetime import date, timedelta

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import day_in, wish
from admin_ui.public.words import COUNTIES
from admin_ui.views.forms import XLSX
from dispatch.figures import monthly, monthly_file
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from hotline.times import local_day

blueprint = Blueprint("monthly", __name__, url_prefix="/figures")


@blueprint.get("/monthly.xlsx")
@needs(Permission.FIGURES)
def form() -> ResponseReturnValue:
    """Of a month that has begun; without any, the one that lies behind us."""
    first = month_asked()
    with reading() as session:
        lines, unit = list(monthly.lines(session, first, account=me())), unit_name(session)
    with writing() as session:
        audit.note(session, "exported", by=me().login, at=now(), about=("form", "9"), month=f"{first:%Y-%m}")
    content = monthly_file.written(lines, unit=unit, first=first, at=now())
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True,
                     download_name=f"附件9-月度统计表-{first:%Y-%m}.xlsx")  # fmt: skip


def month_asked() -> date:
    """The month that the address names; without any, the one that lies behind us."""
    today = local_day(now())
    if not (given := wish("month", 7)):
        return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    first = day_in(f"{given}-01")
    return first if first is not None and first <= today else abort(400)


def unit_name(session: Session) -> str:
    """Who reports: his department, his county, or the hotline; in Chinese, whatever the pages are shown in."""
    department = session.get(Department, me().department_id) if me().department_id else None
    if department is not None:
        return department.name
    with force_locale("zh"):
        return f"{house().settings.city}市{COUNTIES.get(me().county_code, '政府信息公开热线')}"
