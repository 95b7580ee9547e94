"""`make bench`: what a unit of work costs, as a ratio to a bare Flask route under the same server in the same run."""
