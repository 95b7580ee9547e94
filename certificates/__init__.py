"""Signed certificates anyone can verify: a library without web framework, database, network or clock."""
