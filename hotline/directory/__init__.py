"""Who stands behind the hotline: departments, how they follow one another, and their liaisons."""
