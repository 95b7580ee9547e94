"""The home page of each person: what to do next."""
