"""The skill taxonomy: skills, labels, releases, weights."""
