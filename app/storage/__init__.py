"""What lies in the yards: stacks, what comes to them and leaves them, stock-taking, the closing of days, the watch."""
