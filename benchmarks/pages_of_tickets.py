"""The pages of matters: tickets, those who owe something for them, who was told, and the departments' rates."""

from benchmarks.pages_words import LAST, OF_MONTH, OF_YEAR, Lists

TICKETS: Lists = {
    ("supervisor", "tickets", "/tickets"): {
        "all": "", "page 2": "page=2", "in the middle": "page=3000", "last page": LAST, "my turn": "mine=1",
        "overdue": "overdue=1", "in hand": "state=in_hand", "filed": "state=filed",
        "filed, last page": f"state=filed&{LAST}", "complaints": "class=complaint", "department": "department=2",
        "words": "q={words}", "words of many": "q=来电人", "no such words": "q=没有这个", "number": "q={ticket}",
        "a month": OF_MONTH, "a year": OF_YEAR, "urgent": "urgency=urgent", "of 12345": "source=12345"},
    ("operator1", "tickets", "/tickets"): {"all": "", "my turn": "mine=1", "words": "q={words}"},
    ("liaison.gongan", "tickets", "/tickets"): {
        "all": "", "my turn": "mine=1", "last page": LAST, "overdue": "overdue=1", "words": "q={words}",
        "a year": OF_YEAR},
    ("leader.gongan", "tickets", "/tickets"): {"all": "", "my turn": "mine=1"},
    ("office.city", "tickets", "/tickets"): {"all": "", "my turn": "mine=1", "words": "q={words}"},
    ("office.hongta", "tickets", "/tickets"): {"all": "", "my turn": "mine=1"},
    ("inspector", "tickets", "/tickets"): {"all": "", "overdue": "overdue=1"},
    ("supervisor", "ticket", "/tickets/{ticket}"): {"page": ""},
    ("leader.gongan", "what waits", "/"): {"page": ""},
    ("supervisor", "shares", "/shares"): {
        "all": "", "last page": LAST, "open": "outcome=open", "given": "outcome=given", "words": "q=意见",
        "no such words": "q=没有这个"},
    ("liaison.gongan", "shares", "/shares"): {"all": "", "last page": LAST, "open": "outcome=open"},
    ("office.hongta", "shares", "/shares"): {"all": ""},
    ("supervisor", "share", "/shares/1"): {"page": ""},
    ("supervisor", "12345", "/passed"): {
        "all": "", "last page": LAST, "open": "open=1", "words": "q={words}", "no such words": "q=没有这个"},
    ("inspector", "supervision", "/supervision"): {
        "all": "", "words": "q=居住证", "department": "department=2", "no letter": "letter=none", "a month": OF_MONTH},
    ("office.city", "rules of tickets", "/rules"): {"all": ""},
    ("liaison.gongan", "reply texts", "/reply-templates"): {"all": ""},
    ("liaison.gongan", "inbox", "/inbox"): {
        "all": "", "last page": LAST, "unread": "state=unread", "new": "topic=new", "a month": OF_MONTH},
    ("supervisor", "inbox", "/inbox"): {"all": "", "last page": LAST, "unread": "state=unread"},
    ("supervisor", "inbox, wishes", "/inbox/wishes"): {"page": ""},
    ("admin", "deliveries", "/deliveries"): {
        "all": "", "last page": LAST, "failed": "state=failed", "by SMS": "channel=sms", "a month": OF_MONTH,
        "of a ticket": "thing={ticket}"},
    ("admin", "delivery", "/deliveries/1"): {"page": ""},
    ("supervisor", "departments' rates", "/figures/departments"): {
        "this month": "", "a month": OF_MONTH, "a year": OF_YEAR, "department, a year": f"{OF_YEAR}&department=2"},
    ("liaison.gongan", "departments' rates", "/figures/departments"): {"this month": "", "a year": OF_YEAR},
    ("office.hongta", "departments' rates", "/figures/departments"): {"a year": OF_YEAR},
    ("supervisor", "handings", "/figures/departments/handings"): {
        "this month": "", "a month": OF_MONTH, "a year": OF_YEAR, "last page": f"{OF_YEAR}&{LAST}",
        "answered in time": f"{OF_YEAR}&rate=answered&part=1", "accepted, last page": f"{OF_YEAR}&rate=accepted&{LAST}",
        "returned": f"{OF_YEAR}&rate=returned&part=1", "redone": f"{OF_YEAR}&rate=redone&part=1",
        "satisfied": f"{OF_YEAR}&rate=satisfied", "department": f"{OF_YEAR}&department=2"},
    ("liaison.gongan", "handings", "/figures/departments/handings"): {
        "a year": OF_YEAR, "last page": f"{OF_YEAR}&{LAST}"},
    ("office.city", "monthly report", "/figures/reports"): {"last month": ""},
    ("liaison.gongan", "monthly report", "/figures/reports"): {"last month": ""},
    ("auditor", "audit", "/audit"): {
        "all": "", "last page": LAST, "a month": OF_MONTH, "by": "by=supervisor", "deed": "deed=ticket.sign",
        "rare deed": "deed=database", "thing": "thing={ticket}"},
    ("admin", "accounts", "/accounts"): {"all": ""},
    ("admin", "ways out", "/ways-out"): {"all": ""},
}  # fmt: skip
