"""Completion while a prompt is written: of commands behind `/`, of their arguments, and of paths
behind `@`.

`tokens` says what is being written at the cursor, a source (`commands`, `arguments`, `paths`) what
it may become, `completing` shows that and takes the keys, in `widgets/completion.py`.
"""
