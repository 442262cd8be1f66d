"""The entry nearest to a question nobody could find: told by the index in use, which is asked once for each text."""

from typing import Any

from admin_ui.naming import Told
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index


class Counted(Index):
    """An index that counts what it is asked."""

    asked = 0

    def search(self, *given: Any, **more: Any) -> Any:
        self.asked += 1
        return super().search(*given, **more)


def test_each_text_is_sought_once_and_anew_in_another_index() -> None:
    told, first, later = Told(), Counted.of([Document(7, 1, "", "居住证到期怎么换")]), Counted.of([Document(8, 1, "", "居住证到期怎么换")])
    assert isinstance(first, Counted)
    assert [told.nearest(first, "居住证到期") for _ in range(3)] == [7, 7, 7]
    told.nearest(first, "飞机票哪里买")
    assert first.asked == 2
    assert told.nearest(later, "居住证到期") == 8, "what another index told is forgotten"
