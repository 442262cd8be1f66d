"""The door for citizens: what is published may be searched and read by anybody, a question left, a matter followed."""
