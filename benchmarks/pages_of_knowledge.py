"""The pages of the knowledge base: entries, who keeps them, what was asked, and what is to be set right."""

from benchmarks.pages_words import LAST, OF_MONTH, Lists

KNOWLEDGE: Lists = {
    ("office.city", "knowledge", "/knowledge"): {"all": "", "words": "q=居住证", "department": "department=2"},
    ("liaison.gongan", "knowledge", "/knowledge"): {"all": "", "words": "q=居住证"},
    ("office.city", "entry", "/knowledge/1"): {"page": ""},
    ("office.city", "ledger", "/ledger"): {"all": "", "last page": LAST, "reviews": "deed=reviews"},
    ("office.city", "review", "/review"): {"all": ""},
    ("office.city", "asked in vain", "/unanswered"): {
        "all": "", "last page": LAST, "open": "state=open", "words": "q=居住证", "by machine": "channel=machine"},
    ("liaison.gongan", "asked in vain", "/unanswered"): {"all": ""},
    ("office.city", "one asked in vain", "/unanswered/1"): {"page": ""},
    ("supervisor", "asked", "/asked/askings"): {
        "all": "", "last page": LAST, "a month": OF_MONTH, "nothing found": "found=nothing", "words": "q=居住证",
        "no such words": "q=没有这个"},
    ("supervisor", "asked, figures", "/asked"): {"30 days": "", "a month": OF_MONTH},
    ("office.city", "corrections", "/corrections"): {"all": "", "words": "q=居住证", "a month": OF_MONTH},
    ("office.city", "who was told", "/corrections/{wrong}"): {
        "all": "", "last page": LAST, "by machine": "channel=machine", "open": "owed=open",
        "arranged": "owed=arranged", "unreachable": "owed=unreachable"},
    ("office.city", "freshness", "/freshness"): {"all": ""},
    ("office.city", "freshness of one", "/freshness/2"): {"all": ""},
    ("office.city", "chasing", "/freshness/chase"): {"unseen": "", "all": "seen=all"},
    ("office.hongta", "chasing", "/freshness/chase"): {"all": "seen=all"},
    ("liaison.gongan", "update", "/update"): {"all": ""},
    ("leader.gongan", "phrasings", "/phrasings"): {"all": ""},
    ("office.city", "phrasings", "/phrasings"): {"all": "", "approved": "show=approved"},
    ("office.city", "phrasings' worth", "/phrasings/worth"): {"all": ""},
    ("office.city", "synonyms", "/synonyms"): {"all": ""},
    ("office.city", "categories", "/categories"): {"all": ""},
    ("office.city", "authorisations", "/authorisations"): {"all": ""},
    ("office.city", "authorisation", "/authorisations/1"): {"page": ""},
    ("office.city", "coverage", "/authorisations/coverage"): {"all": "", "department": "department=2"},
    ("office.city", "licences", "/licences"): {"all": ""},
    ("office.city", "licence", "/licences/1"): {"page": ""},
    ("office.city", "departments", "/departments"): {"all": ""},
    ("office.city", "department", "/departments/2"): {"page": ""},
    ("office.city", "liaisons", "/liaisons"): {"all": ""},
    ("office.city", "forms", "/forms"): {"all": ""},
    ("office.city", "succession", "/succession"): {"page": ""},
}  # fmt: skip
