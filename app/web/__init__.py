"""HTTP only: access rules, rendering, headers, errors, sessions."""
