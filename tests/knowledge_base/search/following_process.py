"""A process of its own that follows a database: tells what it finds for each line of words that it reads, and for
"watch" when it has its next index."""

import json
import sys
import time

from hotline.database import Database
from hotline.times import local_day, now
from knowledge_base.search.index import Index
from knowledge_base.search.live import LiveIndex

database = Database(sys.argv[1])
live = LiveIndex(database, "agi")


def current() -> Index:
    with database.reading() as session:
        return live.at(session, on=local_day(now()))


for line in sys.stdin:
    index = current()
    if line.strip() != "watch":
        print(json.dumps([m.entry_id for m in index.search(line.strip(), most=3)]), flush=True)
        continue
    print("[]", flush=True)
    while current() is index:
        time.sleep(0.005)
    print(time.monotonic(), flush=True)
