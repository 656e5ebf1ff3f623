"""When money is to come: what is open, and what the plan will bring at the prices that hold."""
