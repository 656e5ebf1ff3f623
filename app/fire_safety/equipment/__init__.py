"""The fire equipment of a yard: what its drawing shows, what is due on each piece, checks done."""
