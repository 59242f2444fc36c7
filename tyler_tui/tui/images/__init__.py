"""Images of a conversation: what they are, their pixels, and how a terminal gets to draw them.

Pillow (the extra `images`) is imported here alone, when the first one is looked at.
"""
