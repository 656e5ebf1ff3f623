"""What plants pay: terms of contracts, each proposed by one person and agreed to by another."""
