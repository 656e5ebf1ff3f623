"""What plants owe, are charged and pay; what towns claim: the ledger of money."""
