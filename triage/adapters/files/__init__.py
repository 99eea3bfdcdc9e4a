"""JSON Lines in files, folders and streams: events in, outputs out."""
