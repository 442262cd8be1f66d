"""Filling a database with as many invented calls and tickets as wanted: always the same ones for the same seed."""
