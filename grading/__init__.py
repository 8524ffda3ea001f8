"""The instructor's package: builds, releases, collects and grades the notebooks."""
