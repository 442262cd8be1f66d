"""A process of its own that follows a database: tells what it finds for each line of words that it reads."""

import json
import sys

from hotline.database import Database
from hotline.times import local_day, now
from knowledge_base.search.live import LiveIndex

database = Database(sys.argv[1])
live = LiveIndex(database)
for line in sys.stdin:
    with database.reading() as session:
        index = live.at(session, on=local_day(now()))
    print(json.dumps([m.entry_id for m in index.search(line.strip(), most=3)]), flush=True)
