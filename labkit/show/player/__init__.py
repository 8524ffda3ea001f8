"""The player: bodies that can be turned with the mouse, inside a notebook. See `docs/architecture.md`."""
