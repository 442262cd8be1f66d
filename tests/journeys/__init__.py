"""Whole ways through the house: real exchange, real callers, real pages."""
