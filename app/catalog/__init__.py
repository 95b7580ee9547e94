"""What can be learnt: courses, versions, modules, lessons, tiers, search."""
