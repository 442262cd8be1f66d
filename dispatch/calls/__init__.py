"""What is known of a call, from its first ring to its last word."""
