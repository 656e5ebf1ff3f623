"""Routing: one problem for every engine, a judge that trusts none, and a search over parts, seeds and engines."""
