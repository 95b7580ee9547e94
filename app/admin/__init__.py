"""What administrators see: status, people, the audit record."""
