"""The voice of the hotline: text made speakable, spoken offline, kept as telephone sound."""
