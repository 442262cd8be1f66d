"""The door of the telephone: FastAGI scripts that Asterisk's dialplan asks."""
