"""The probes of each check: one file for each exercise, from coarse to fine."""
