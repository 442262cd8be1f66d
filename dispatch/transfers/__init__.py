"""A caller is handed to a department's liaisons."""
