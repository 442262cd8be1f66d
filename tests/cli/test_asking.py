"""`hotline knowledge ask` finds what a caller, an operator or a citizen would find."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.opening import opened
from hotline.directory.departments import Department
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.meaning import MODEL, digest, engine

MEANT = "居住证在哪里办"


def test_a_question_in_other_words_is_found_by_its_meaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_FOLDER", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    assert CliRunner().invoke(main, ["database", "migrate"]).exit_code == 0
    meaning = engine()
    assert meaning is not None
    with opened()[1].writing() as session:
        session.add(Department(id=1, code="101", name="玉溪市人力资源和社会保障局", short_name="市人社局"))
        session.flush()
        for number, title in enumerate(("失业金怎么申领", MEANT, "社保卡丢了怎么补办"), start=1):
            session.add(Entry(id=number, department_id=1, question=title, state=State.PUBLISHED, published=1))
            session.flush()
            session.add(EntryVersion(entry_id=number, number=1, answer="a", spoken="a", written_by="x", valid_from=date(2026, 1, 1)))
            session.add(Embedding(digest=digest(title), model=MODEL, vector=meaning.stored([title])[0]))
    done = CliRunner().invoke(main, ["knowledge", "ask", "外来人口暂住登记怎么申请", "--most", "1"])
    assert MEANT in done.output, done.output
