"""What we know: entries, their versions, the leave to speak them, and how they are found."""
