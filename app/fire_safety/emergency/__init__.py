"""The emergency card of a yard: what somebody needs to know when it burns."""
