"""What tests of several packages share: real databases, real brokers, people."""
