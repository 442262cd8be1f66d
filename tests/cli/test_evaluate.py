"""The command that measures search on a file says what is true, in the form that was agreed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.knowledge_evaluate import auroc, spread, success
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
    assert {"mrr", "p50_ms", "p99_ms", "build_s", "embed_s"} <= set(found)
    assert found["auroc"] == 1.0


def test_vectors_are_kept_for_the_next_time(file: Path, tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "cache"
    first = run(file, "--cache", cache)
    kept = (cache / "vectors.bin").read_bytes()
    second = run(file, "--cache", cache)
    assert (cache / "vectors.bin").read_bytes() == kept
    assert {k: first[k] for k in ("s_at_1", "mrr", "groups")} == {k: second[k] for k in ("s_at_1", "mrr", "groups")}


def test_it_needs_no_settings_and_no_database(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTLINE_DATABASE_ADDRESS", "nonsense://")
    run(file, "--typing")
    assert {path.name for path in tmp_path.iterdir()} == {"file.jsonl"}


def test_figures_are_what_they_are_called() -> None:
    outcomes = [{"place": place} for place in (1, 2, 6, 0)]
    assert success(outcomes) == {"queries": 4, "s_at_1": 0.25, "s_at_5": 0.5, "mrr": 0.4167}
    assert success([]) == {"queries": 0, "s_at_1": 0.0, "s_at_5": 0.0, "mrr": 0.0}
    assert auroc([3, 2], [1, 1]) == 1.0
    assert auroc([1, 1], [1, 1]) == 0.5
    assert auroc([1], [2, 0]) == 0.5


def test_a_part_of_the_questions_is_spread_evenly_over_each_group() -> None:
    rows = [{"group": "a", "id": n} for n in range(10)] + [{"group": "b", "id": 99}]
    assert [row["id"] for row in spread(rows, 5)] == [0, 2, 4, 6, 8, 99]
    assert spread(rows, 0) == rows
