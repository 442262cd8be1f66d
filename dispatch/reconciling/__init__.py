"""Reconciliation: calls, rows and files are held against one another, and what can be mended is."""
