"""A matter's life: its table, its steps, its lists, and who may reach it."""
