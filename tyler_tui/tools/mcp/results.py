"""What a server answers, in words for the model."""

import base64
import binascii
import json
from collections.abc import Sequence

from mcp_types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from tyler_tui.errors import ToolError
from tyler_tui.figures import size_text
from tyler_tui.messages import Attachment
from tyler_tui.sanitize import one_line, storable

MOST_CHARACTERS = 200_000
"""The longest result that goes to the model: about as much as it can make use of."""
MOST_IMAGE_BYTES = 10 * 1024 * 1024
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""What models see."""


def result_of(result: CallToolResult) -> tuple[str, list[Attachment]]:
    """What a tool returned: its text, and the images in it. Raises ToolError where it failed."""
    text, images = content_of(result.content)
    if not text and not images and result.structured_content is not None:
        text = json.dumps(result.structured_content, ensure_ascii=False)
    text = shortened(storable(text))
    if result.is_error:
        raise ToolError(text or "The tool failed, and its server does not say why.")
    return text, images


def content_of(blocks: Sequence[ContentBlock]) -> tuple[str, list[Attachment]]:
    """The text of some content, and the images in it."""
    parts: list[str] = []
    images: list[Attachment] = []
    for block in blocks:
        match block:
            case TextContent(text=text):
                parts.append(text)
            case ImageContent(data=data, mime_type=kind):
                image = image_of(data, kind, f"image-{len(images) + 1}")
                if image is None:
                    parts.append(f"(an image of the type {one_line(kind, 40)}, left out)")
                else:
                    images.append(image)
                    parts.append(f"({image.filename}, {size_text(len(image.content))})")
            case AudioContent(mime_type=kind):
                parts.append(f"(a sound of the type {one_line(kind, 40)}, left out)")
            case ResourceLink(uri=uri, name=name):
                parts.append(f"(the resource {one_line(name)}: {one_line(uri, 500)})")
            case EmbeddedResource(resource=resource):
                text, image = resource_of(resource)
                parts.append(text)
                images.extend([image] if image is not None else [])
    return "\n".join(filter(None, parts)), images


def resource_of(
    resource: TextResourceContents | BlobResourceContents,
) -> tuple[str, Attachment | None]:
    """A resource as text, or as the image that it is."""
    if isinstance(resource, TextResourceContents):
        return storable(resource.text), None
    kind = resource.mime_type or "application/octet-stream"
    image = image_of(resource.blob, kind, resource.uri.rpartition("/")[2] or "image")
    if image is not None:
        return "", image
    return f"(data of the type {one_line(kind, 40)}, left out)", None


def image_of(data: str, kind: str, name: str) -> Attachment | None:
    """An image that a model can be shown."""
    if kind not in IMAGES or len(data) * 3 / 4 > MOST_IMAGE_BYTES:
        return None
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    ending = kind.partition("/")[2]
    name = one_line(name, 80)
    return Attachment(name if "." in name else f"{name}.{ending}", content, kind)


def shortened(text: str) -> str:
    """`text`, cut where it is too long, which is said in it."""
    if len(text) <= MOST_CHARACTERS:
        return text
    left = len(text) - MOST_CHARACTERS
    return f"{text[:MOST_CHARACTERS]}\n(The result is longer: {left} more characters are left out.)"
