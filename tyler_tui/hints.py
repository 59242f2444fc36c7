"""Hints are written for the command line; in a chat the same is done by a command."""

import re

_KEY = re.compile(r"Set [^.]+? to a valid key and start again")
_FLAG = re.compile(r"(?<!tyler-chat )(?<!\S)-m(?=[\s.,]|$)")
"""Not within a command that is quoted."""


def in_chat(hint: str) -> str:
    """What a hint says to somebody who is in the chat already."""
    return _FLAG.sub("/model", _KEY.sub("Give a valid key with /key", hint))
