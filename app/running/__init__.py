"""What keeps an installation going: backup and restore, the doctor, logs, health and metrics."""
