"""The files that belong to a published answer: always downloaded, never opened in our name."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import lobby, reading, today
from admin_ui.sending import sent
from hotline.cabinet import cabinet
from knowledge_base.attachments import public

blueprint = Blueprint("attachments", __name__, url_prefix="/files")
limiter.limit(of("public_limit"))(blueprint)


@blueprint.get("/<int:attachment_id>")
def file(attachment_id: int) -> ResponseReturnValue:
    """The file, while the version that it belongs to stands before the public."""
    with reading() as session:
        found = public(session, attachment_id, on=today()) or abort(404)
    content = cabinet(lobby().settings).open(found.sha256)
    return sent(content, media_type=found.media_type, etag=found.sha256, name=found.name)
