"""What the worker does when it is woken: each sweep looks for rows that are owed something, and does it."""
