"""When a matter is due, by which rules, and what is climbed when it is late."""
