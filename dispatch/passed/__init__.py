"""Matters that come from 12345 and go back to it."""
