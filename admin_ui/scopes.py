"""What an authorisation speaks of and takes out, as a sentence."""

from flask_babel import gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry
from knowledge_base.leave import Scope
from knowledge_base.licences import Licence

MOST_NAMED = 3


def scope_in_words(session: Session, a: Authorisation) -> str:
    """The scope with its names, and what is excepted."""
    said = _spoken_of(session, a)
    out = [gettext("“%(path)s”类", path=path) for path in a.excluded_categories]
    if a.exclusions:
        out.append(ngettext("%(num)s个问题", "%(num)s个问题", len(a.exclusions)))
    return str(gettext("%(what)s；除外：%(out)s", what=said, out="、".join(out))) if out else said


def questions_of(session: Session, ids: list[int]) -> list[Entry]:
    """The entries of these ids, in the order of their ids."""
    return list(session.scalars(select(Entry).where(Entry.id.in_(ids or [0])).order_by(Entry.id)))


def licences_of(session: Session, ids: list[int]) -> list[Licence]:
    """The licence items of these ids."""
    return list(session.scalars(select(Licence).where(Licence.id.in_(ids or [0])).order_by(Licence.id)))


def _spoken_of(session: Session, a: Authorisation) -> str:
    match Scope(a.scope):
        case Scope.DEPARTMENT:
            return str(gettext("本部门全部已发布的问题"))
        case Scope.CATEGORIES:
            return str(gettext("%(names)s类的问题", names="、".join(f"“{path}”" for path in a.categories)))
        case Scope.LICENCES:
            names = [f"《{item.name}》" for item in licences_of(session, a.licences)]
            return str(gettext("许可事项%(names)s的问题", names="".join(names)))
        case Scope.ENTRIES:
            named = [f"“{e.question}”" for e in questions_of(session, a.entries[:MOST_NAMED])]
            if len(a.entries) <= MOST_NAMED:
                return "、".join(named)
            return str(gettext("%(names)s等%(count)s个问题", names="、".join(named), count=len(a.entries)))
