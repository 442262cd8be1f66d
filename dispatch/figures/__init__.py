"""What the day and the month came to, for the wallboard, a department, a county."""
