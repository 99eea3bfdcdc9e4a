"""Pages that can be mailed: one file each, nothing loaded from elsewhere, every value escaped."""
