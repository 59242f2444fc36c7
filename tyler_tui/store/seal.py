"""Whether what a session chose was chosen by this user, where others write sessions too.

A session names the agent that answers in it, its model and the address of that; it may have a
system prompt of its own. Who opens it would run with all that: with the rules and tools of their
own agent of that name, and with their key for that address. So in a database of a server, and in a
file from elsewhere, these choices count only with a seal, a code for them and for this one session
that nobody can make without the user's secret.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tyler_tui import regular_file
from tyler_tui.paths import private_folder

CHOICES = ("agent", "model", "api_base", "system_prompt")
"""The attributes that count only with a seal."""
SEAL = "seal"
"""The attribute that it is."""
_SECRET_BYTES = 32
_OF_THIS_MACHINE = ("gguf:", "replay:")
"""Before a model's name: the rest is a file of whoever opens the session."""


class Seal:
    """The secret of a user, and what it is for."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    @classmethod
    def kept_in(cls, file: Path) -> Self:
        """The secret in `file`, which is made when it is missing. Where it can be neither read nor
        written, a secret for as long as this process runs."""
        with suppress(OSError):
            secret = regular_file.read_bytes(file)
            if len(secret) >= _SECRET_BYTES:
                return cls(secret)
        import secrets  # noqa: PLC0415 - once

        secret = secrets.token_bytes(_SECRET_BYTES)
        spare = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
        try:
            private_folder(file.parent)
            with os.fdopen(
                os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as new:
                new.write(secret)
            with suppress(FileExistsError):  # another process was quicker: its secret counts
                os.link(spare, file)
            return cls(regular_file.read_bytes(file))
        except OSError:
            return cls(secret)
        finally:
            with suppress(OSError):
                spare.unlink()

    def sealed(self, thread_id: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes of a session as they are stored."""
        return {**attributes, SEAL: self._code(thread_id, attributes)}

    def opened(
        self, thread_id: str, attributes: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The attributes of a session that is stored so, and the choices among them that somebody
        else made: these are left out of the others, but for a model that means the same for
        everybody."""
        import hmac  # noqa: PLC0415 - our own file needs no seal, and OpenSSL comes with it

        inside = dict(attributes)
        said = inside.pop(SEAL, None)
        if isinstance(said, str) and hmac.compare_digest(
            said.encode("utf-8", "replace"), self._code(thread_id, attributes).encode()
        ):
            return inside, {}
        foreign = {name: inside.pop(name) for name in CHOICES if inside.get(name) is not None}
        if is_for_everybody(foreign.get("model")):
            inside["model"] = foreign.pop("model")
        return inside, foreign

    def _code(self, thread_id: str, attributes: Mapping[str, Any]) -> str:
        import hmac  # noqa: PLC0415 - as above

        said = json.dumps([thread_id, *(attributes.get(name) for name in CHOICES)], default=str)
        return hmac.new(self.secret, said.encode(), "sha256").hexdigest()


def is_for_everybody(model: object) -> bool:
    """Whether a model's name leads to no file of this machine, and to no address."""
    return isinstance(model, str) and not model.startswith(_OF_THIS_MACHINE) and "://" not in model
