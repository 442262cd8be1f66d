"""How an entry is found: by keys, by pinyin, by words."""
