"""What takes several parties: direct hauls (H13) and the filing of collecting bodies (H4)."""
