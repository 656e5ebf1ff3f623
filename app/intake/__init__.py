"""What happens at the gate: records of devices, tickets, weighings, moisture samples."""
