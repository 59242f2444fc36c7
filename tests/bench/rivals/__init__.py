"""Other terminal chats, measured beside this one.

Each is looked for in a folder of its own below the folder that `--rivals` names: a virtual
environment or where npm has installed it, named as in `known.RIVALS`, which tells how to install
each. What is not there is left out and said to be.
"""
