"""What a plant is sent at the end of a month: everything that stands in the books of it, kept to the byte."""
