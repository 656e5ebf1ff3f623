"""The catalogue of refusals, one table a capability; app/errors.py has all of them."""
