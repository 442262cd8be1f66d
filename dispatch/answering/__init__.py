"""What may be said to whom, and what the machine says."""
