"""The command `hotline`: starts everything, and is the one command for people."""
