"""The files that belong to a published answer: always downloaded, never opened in our name."""

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue

from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import lobby, reading, today
from hotline.files import lies_at
from knowledge_base.attachments import public

blueprint = Blueprint("attachments", __name__, url_prefix="/files")
limiter.limit(of("public_limit"))(blueprint)


@blueprint.get("/<int:attachment_id>")
def file(attachment_id: int) -> ResponseReturnValue:
    """The file, while the version that it belongs to stands before the public."""
    with reading() as session:
        found = public(session, attachment_id, on=today()) or abort(404)
    path = lies_at(found.sha256, lobby().settings)
    if not path.is_file():
        abort(404)
    return send_file(path, mimetype=found.media_type, as_attachment=True, download_name=found.name, etag=found.sha256)
