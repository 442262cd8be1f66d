"""Many texts are read at once as the engine reads each of them; whatever is not as expected is left to the engine."""

from pathlib import Path

import numpy as np
import pytest

from knowledge_base.search import bulk_reading
from knowledge_base.search.bulk_reading import Reader, reader_of_many, stored
from knowledge_base.search.meaning import SIZE, digest, engine
from knowledge_base.search.model_file import ModelFile
from knowledge_base.search.texts import Texts
from knowledge_base.search.vectors import Vectors

PLAIN = [f"{first}{then}" for first in ("居住证", "失业金", "不动产登记", "公租房", "养犬登记", "高新区企业社保")
         for then in ("怎么办？", "到期了怎么续", "要带什么材料去哪个窗口", "咋个整", "网上能办吗", "多少钱", "")]  # fmt: skip
STRANGE = ["", " ", "   前面有空格", "中间  有 空格", "WiFi密码ABC", "Where is the tax office?", "ETC卡12345", "𠮷野家", "😀表情", "ﬁ㍿①Ⅷ",
           "ＡＢＣ１２３", "臺北市戶籍謄本", "é合成", "한국어", "长" * 300]  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Reader:
    found = reader_of_many()
    assert found is not None, "the packaged model is the one it was written for"
    return found


@pytest.fixture
def anew() -> None:
    bulk_reading._kept_reader.cache_clear()
    yield  # type: ignore[misc]
    bulk_reading._kept_reader.cache_clear()


def test_what_is_read_at_once_means_what_the_engine_reads(reader: Reader) -> None:
    known = engine()
    assert known is not None
    texts = PLAIN + STRANGE
    each = np.stack([known.of(text) for text in texts])
    alike = (reader.query(texts) * each).sum(axis=1)
    assert len(texts) > 50
    assert alike.min() > 0.999, texts[int(alike.argmin())]
    kept = Vectors(Texts.of(texts), dict(zip(map(digest, texts), stored(texts), strict=True)))
    cosines = kept.near(each[0])[np.arange(len(texts), dtype=np.int32)]
    assert np.abs(cosines - each @ each[0]).max() < 0.006


def test_no_text_is_no_vector(reader: Reader) -> None:
    assert reader.query([]).shape == (0, SIZE)


@pytest.mark.parametrize("change", [b"E5S2\x01\0\0\0", b"E5S1\x02\0\0\0"])
def test_another_kind_of_model_file_is_not_read(reader: Reader, tmp_path: Path, change: bytes) -> None:
    other = tmp_path / "model.bin"
    other.write_bytes(change + bytes(1000))
    with pytest.raises(ValueError, match="another kind"):
        ModelFile(other)
    other.write_bytes(b"E5S1\x01\0\0\0")
    with pytest.raises(ValueError):  # noqa: PT011 (NumPy's own words)
        ModelFile(other)


@pytest.mark.usefixtures("anew")
def test_weights_that_say_something_else_are_left_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Reader.query
    monkeypatch.setattr(Reader, "query", lambda self, texts: read(self, texts)[:, ::-1])
    assert reader_of_many() is None
    known = engine()
    assert known is not None
    assert stored(["居住证"]) == known.stored(["居住证"])


@pytest.mark.usefixtures("anew")
def test_without_an_engine_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_reading, "engine", lambda: None)
    assert stored(["居住证"]) == []
