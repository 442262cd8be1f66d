"""What several of these tests share."""

import re
from datetime import timedelta
from typing import Any

import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.times import now

QUESTION = {"klass": "consult", "title": "医保断交怎么补", "details": "去年断了三个月", "contact": "13887712345", "consent": "1"}


def mark_in(page: str) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', page)
    assert found
    return found[1]


def send(client: FlaskClient, *, mark: str = "", after: float = 5, **changed: Any) -> TestResponse:
    """Fill in the form, take one's time, and send it."""
    mark = mark or mark_in(client.get("/ask").text)
    with time_machine.travel(now() + timedelta(seconds=after), tick=False):
        return client.post("/ask", data=QUESTION | {"mark": mark} | changed)


def receipt(page: str) -> tuple[str, str]:
    """Number and query code of a question that was taken."""
    number, code = re.search(r"96128-\d{8}-\d{4}", page), re.search(r'class="code">(\d{8})<', page)
    assert number
    assert code
    return number[0], code[1]
