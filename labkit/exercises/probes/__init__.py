"""What each check asks: one file an exercise, its probes from coarse to fine."""
