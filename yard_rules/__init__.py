"""What is allowed, what it weighs, what it costs: pure functions over dated figures."""
