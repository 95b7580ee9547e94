"""People: sign-in, sessions, roles."""
