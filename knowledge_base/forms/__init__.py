"""The forms of the notice (附件5 to 8) as Excel: out, in, previewed, applied, undone."""
