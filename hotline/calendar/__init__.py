"""Working days and working time, as China moves them."""
