"""Files into the register: uploaded, judged, previewed, applied as a whole and undone as a whole."""
