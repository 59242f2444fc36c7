"""Files that come along with imported messages, as attachments a model can be given."""

import mimetypes

from tyler_tui.messages import Attachment

_IMAGES = {"PNG": ".png", "JPEG": ".jpg", "GIF": ".gif", "WebP": ".webp"}
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WebP": "image/webp"}


def text_file(name: str, text: str) -> Attachment:
    return Attachment(name or "text.txt", text.encode("utf-8", "replace"), "text/plain")


def file(name: str, content: bytes) -> Attachment | None:
    """A picture as it is, text as text; None for what is neither, or is empty."""
    from tyler_tui.tools.files.kinds import image_kind, why_no_text  # noqa: PLC0415 - seldom

    kind = image_kind(content[:64])
    if kind in _IMAGES:
        named = bool(mimetypes.guess_type(name)[0])
        return Attachment(name if named else name + _IMAGES[kind], content, _TYPES[kind])
    if not content or why_no_text(content[:4096]) is not None:
        return None
    return text_file(name, content.decode("utf-8", "replace"))
