"""How PostgreSQL is spoken to."""

import pytest
from sqlalchemy import text

from hotline.database import Database


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_no_statement_is_compiled_first_and_whom_a_caller_waits_for_is_limited(database: Database) -> None:
    def shown(of: Database, name: str) -> str:
        with of.reading() as session:
            return str(session.execute(text(f"SHOW {name}")).scalar_one())

    hasty = Database(database.address, patience=1.5)
    try:
        assert [shown(of, "jit") for of in (database, hasty)] == ["off", "off"]
        assert [shown(of, "statement_timeout") for of in (database, hasty)] == ["0", "1500ms"]
    finally:
        hasty.close()
