"""/api/v1 for machines: certificates, verification, offers."""
