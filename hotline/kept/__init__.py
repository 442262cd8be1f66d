"""What is kept sealed, whoever keeps it: keys, ciphers, sealed files, and reading these in parts."""
