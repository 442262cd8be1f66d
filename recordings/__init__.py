"""What we heard: recordings, whole and accounted for."""
