"""What decides, and keeps the life of call, ticket and call-back."""
