"""What deliveries cost comes into the ledger, and every difference that later knowledge makes."""
