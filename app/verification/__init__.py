"""The public counter: by id, by QR, by file."""
