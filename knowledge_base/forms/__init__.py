"""The forms of the notice (附件1, 2 and 5 to 8) as Excel: out, in, previewed, applied, undone."""
