"""The rules of the line: who is received how, when, and by whom."""
