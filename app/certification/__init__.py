"""Who has earned what: issue, revoke; the signing key ring."""
