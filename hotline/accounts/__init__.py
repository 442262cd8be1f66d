"""Who may do what: accounts, roles, passwords, lock-out."""
