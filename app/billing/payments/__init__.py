"""What came to the bank, and whose payment for what it is."""
