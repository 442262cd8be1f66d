"""Whom the house rings of its own accord, and by which lines."""
