"""Completion while a prompt is written: of commands behind `/`, of their arguments, and of paths
behind `@`.

`tokens` says what is being written at the cursor, one of the `sources` (`commands`, `arguments`,
`paths`) what it may become; `completing` shows that in `widgets/completion.py`, and takes the keys.
"""
