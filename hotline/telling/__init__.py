"""Telling people: what is owed to whom is a row, written with what it tells of; the worker brings it out."""
