"""The agent core: a library without a screen, a console or a database."""
