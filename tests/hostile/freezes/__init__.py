"""How long the real program's event loop is away from its keys, over texts that are meant to hold
it up: `python -m tests.hostile.freezes`."""
