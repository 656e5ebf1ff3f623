"""The ledger of money: entries whose lines add up to nothing, in a chain, by month."""
