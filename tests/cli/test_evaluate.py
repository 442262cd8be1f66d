"""The command that measures search on a file says what is true, in the form that was agreed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.progress import Progress

from cli import knowledge_vectors
from cli.knowledge_evaluate import auroc, success
from cli.knowledge_questions import Question, read, spread
from cli.main import main

FILE = [
    {"type": "doc", "id": "a", "text": "居住证到期了怎么续签？", "dept": "公安局", "category": "户籍", "source": "x"},
    {"type": "doc", "id": "b", "text": "身份证丢了怎么补办？", "dept": "公安局", "source": "x"},
    {"type": "doc", "id": "c", "text": "灵活就业人员怎么参加养老保险？", "source": "x"},
    {"type": "doc", "id": "d", "text": "公共租赁住房怎么申请？", "source": "x"},
    {"type": "query", "id": "1", "text": "居住证续签", "gold": ["a"], "group": "clean", "slice": "s1"},
    {"type": "query", "id": "2", "text": "深份真丢了怎么补办", "gold": ["b", "gone"], "group": "misheard", "slice": "s2"},
    {"type": "query", "id": "3", "text": "lhjyryzmcjylbx", "gold": ["c"], "group": "initials", "slice": "s3"},
    {"type": "query", "id": "4", "text": "gonggongzulinzhufang", "gold": ["d"], "group": "pinyin", "slice": "s4"},
    {"type": "query", "id": "5", "text": "居住证", "gold": ["d"], "group": "clean", "slice": "s1"},
    {"type": "query", "id": "6", "text": "红烧肉放多少糖", "gold": [], "group": "outside", "slice": "s5"},
]


KEYS = ["queries", "s_at_1", "s_at_5", "mrr", "p50_ms", "p99_ms", "build_s", "groups", "slices"]


@pytest.fixture(autouse=True)
def _kept_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("kept")))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in FILE) + "\n\n", encoding="utf-8")
    return path


def run(*arguments: object) -> dict[str, object]:
    done = CliRunner().invoke(main, ["knowledge", "evaluate", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    assert done.stdout.count("\n") == 1, "one line of JSON; the rest goes to stderr"
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("typing", [True, False])
def test_it_prints_success_ranks_and_times_whole_and_by_group_and_slice(file: Path, tmp_path: Path, typing: bool) -> None:
    found = run(file, *(["--typing"] if typing else ["--cache", tmp_path / "cache"]))
    assert found["queries"] == 5, "the question without an answer counts for itself"
    assert (found["s_at_1"], found["s_at_5"]) == (0.8, found["s_at_5"])
    groups = found["groups"]
    assert isinstance(groups, dict)
    assert set(groups) == {"clean", "misheard", "initials", "pinyin"}
    assert groups["clean"] | {"mrr": 0, "s_at_5": 0} == {"queries": 2, "s_at_1": 0.5, "s_at_5": 0, "mrr": 0}
    assert groups["misheard"] == {"queries": 1, "s_at_1": 1.0, "s_at_5": 1.0, "mrr": 1.0}
    assert set(found["slices"]) == {"s1", "s2", "s3", "s4"}  # type: ignore[arg-type,call-overload]
    assert list(found) == [*KEYS, "auroc", "auroc_groups", "apart", "unknown"], "the last four where some questions have no answer"
    assert found["auroc"] == 1.0


def test_vectors_are_kept_for_the_next_time(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    run(file)
    assert [path.name for path in (tmp_path / "hotline").iterdir()] == ["vectors.bin"]
    monkeypatch.setattr(knowledge_vectors, "_made", lambda texts: pytest.fail("read again"))
    texts = [str(row["text"]) for row in FILE if row["type"] == "doc"]
    assert len(knowledge_vectors.embedded(texts, knowledge_vectors.usual_folder(), Progress())) == len(texts)


def test_an_interrupted_reading_loses_little(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(texts: list[str]) -> Iterator[tuple[list[str], list[bytes]]]:
        yield texts[:2], [bytes(388)] * 2
        raise KeyboardInterrupt

    monkeypatch.setattr(knowledge_vectors, "_KEPT_EVERY", 2)
    monkeypatch.setattr(knowledge_vectors, "_made", made)
    CliRunner().invoke(main, ["knowledge", "evaluate", str(file), "--cache", str(tmp_path / "cache")])
    assert (tmp_path / "cache/vectors.bin").stat().st_size == 64 + 2 * 420


def test_rows_that_say_little_are_counted_and_broken_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_text('\ufeff{"id": 7, "text": "居住证到期了怎么续签？"}\r\n{"text": "半个字\\ud800"}\n{"type": "note"}\n'
                    '{"text": "居住证续签", "gold": 7}\n', encoding="utf-8")  # fmt: skip
    found = read(path)
    assert found.asked == [Question("居住证续签", frozenset({"7"}), "other", "other")]
    assert (found.names, [d.question for d in found.held]) == (["7", "2"], ["居住证到期了怎么续签？", "半个字?"])
    for broken, why in (("{", "no JSON"), ("[1]", "no JSON object"), ('{"type": "query", "gold": []}', "no text")):
        path.write_text(json.dumps(FILE[0]) + "\n" + broken, encoding="utf-8")
        done = CliRunner().invoke(main, ["knowledge", "evaluate", str(path), "--typing"])
        assert done.exit_code == 1
        assert "line 2" in done.stderr
        assert why in done.stderr
    path.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in CliRunner().invoke(main, ["knowledge", "evaluate", str(path), "--typing"]).stderr


def test_a_file_with_nothing_in_it_has_figures_too(tmp_path: Path) -> None:
    (tmp_path / "file.jsonl").write_text("\n", encoding="utf-8")
    found = run(tmp_path / "file.jsonl")
    assert list(found) == KEYS, "nothing else where no question lacks an answer"
    assert (found["queries"], found["groups"]) == (0, {})


def test_another_files_questions_are_asked_as_strange_ones(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text('{"type": "query", "text": "红烧肉放多少糖", "gold": ["a"], "group": "clean"}', encoding="utf-8")
    found = run(file, "--typing", "--strange", other)
    assert (found["queries"], found["auroc_groups"]) == (5, {"clean": 1.0})


def test_strange_questions_that_have_an_answer_here_are_counted_with_and_without(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    rows = [{"type": "doc", "id": "x", "text": "居住证到期了，怎么续签"}, {"type": "doc", "id": "y", "text": "红烧肉怎么做"},
            {"type": "query", "text": "身份证丢了怎么补办", "gold": ["y"], "group": "clean"},  # a title here
            {"type": "query", "text": "shenfenzhengdiulezenmebuban", "gold": ["y"], "group": "clean"},  # in pinyin
            {"type": "query", "text": "居住证过期", "gold": ["y", "x"], "group": "clean"},  # its right title is one
            {"type": "query", "text": "红烧肉放多少糖", "gold": ["y"], "group": "clean"}]  # fmt: skip
    other.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    found = run(file, "--typing", "--strange", other)
    assert found["apart"] == {"left_out": 3, "auroc": 1.0, "auroc_groups": {"clean": 1.0}}
    assert found["auroc"] < 1.0, "as the files say it"  # type: ignore[operator]


def test_it_needs_no_settings_and_no_database(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTLINE_DATABASE_ADDRESS", "nonsense://")
    run(file, "--typing")
    assert {path.name for path in tmp_path.iterdir()} == {"file.jsonl"}


def test_figures_are_what_they_are_called() -> None:
    assert success([1, 2, 6, 0]) == {"queries": 4, "s_at_1": 0.25, "s_at_5": 0.5, "mrr": 0.4167}
    assert success([]) == {"queries": 0, "s_at_1": 0.0, "s_at_5": 0.0, "mrr": 0.0}
    assert auroc([3, 2], [1, 1]) == 1.0
    assert auroc([1, 1], [1, 1]) == 0.5
    assert auroc([1], [2, 0]) == 0.5


def test_a_part_of_the_questions_is_spread_evenly_over_each_group() -> None:
    asked = [Question(str(n), frozenset(), "a", "") for n in range(10)] + [Question("99", frozenset(), "b", "")]
    assert [one.text for one in spread(asked, 5)] == ["0", "2", "4", "6", "8", "99"]
    assert spread(asked, 0) == asked
