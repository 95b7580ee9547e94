"""Passerelle, packaged by feature; importing a feature never starts the application (see app/wiring)."""
