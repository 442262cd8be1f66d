"""The door of the exchange's events: what rings, is taken, and ends is noted, committed, and said."""
