"""Taking out of a text what should not go on to others: keys, tokens, addresses, names of people.

It goes by what things look like, so it can miss one; who shares a text still has to read it.
"""

import os
import re
from collections.abc import Mapping
from urllib.parse import unquote

MASK = "***"

_HOLDS_A_KEY = re.compile(
    r".*_API_(KEY|TOKEN)|ANTHROPIC_AUTH_TOKEN|AWS_BEARER_TOKEN_BEDROCK|AZURE_AD_TOKEN"
    r"|LITELLM_\w*KEY|TYLER_CHAT_\w*TOKEN",
    re.IGNORECASE,
)
"""Names of variables that hold keys of model providers, as LiteLLM and we call them."""
_WITH_PASSWORD = re.compile(r"://[^\s/@]*:[^\s/]*@|[?&]\w*password=")
_PASSWORDS = re.compile(r"://[^\s/@:]*:([^\s/]*)@|[?&]\w*password=([^\s&]*)")
"""An address, of the database of the sessions say."""
SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie", re.IGNORECASE)
"""In the name of a header of which nobody is told."""
_SHORTEST_OWN_KEY = 12
"""Servers of one's own take any word for a key, such as "ollama", and such words stand in texts."""

_KEYS = re.compile(
    r"\b(?:(?:sk|pk|rk|gsk|xai|key|ghp|hf|r8|csk|fw|pplx)[-_]|AIza)[A-Za-z0-9_\-]{12,}"
    r"|Bearer\s+\S{8,}"
)
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # a JSON web token
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # an AWS access key
    r"|\b(?:gh[opsu]_|github_pat_|glpat-|xox[abprs]-|npm_|pypi-)[\w-]{10,}"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)",  # a name and password in an address
    re.DOTALL,
)
_ASSIGNED = re.compile(
    r"""(\b[\w-]*(?:api[_-]?key|token|secret|passwor[dt]|passwd)["']?\s*[:=]\s*["']?)"""
    r"""(?!None\b|null\b|true\b|false\b)([^\s"',;)}\]]{6,})""",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_HOMES = re.compile(r"(?:/home/|/Users/|[A-Za-z]:\\Users\\)[^/\\\s:\"'<>|]+")
_SECRET_NAME = re.compile(
    r"(?:(?:api|access|private)[_-]?key|[_-]key|token|secret|passwor[dt]|passwd)$", re.IGNORECASE
)
_SHORTEST_SECRET = 8


def holds_a_key(name: str, value: str) -> bool:
    """Whether a variable of the environment holds the key of a model provider, or the password of
    our sessions."""
    is_key = _HOLDS_A_KEY.fullmatch(name) is not None
    return is_key or (name == "TYLER_CHAT_DB" and _WITH_PASSWORD.search(value) is not None)


def without_own_keys(text: str) -> str:
    """`text` without the keys that stand in the environment, and exactly as it is otherwise. For
    what tools give back: a file or a process may hold them, a model and a session must not."""
    keys = {value for name, value in os.environ.items() if holds_a_key(name, value)}
    own = {key for key in keys if len(key) >= _SHORTEST_OWN_KEY} | _own_passwords()
    for secret in sorted(own, key=len, reverse=True):  # one may begin with another
        text = text.replace(secret, MASK)
    return text


def _own_passwords() -> set[str]:
    """The passwords of our sessions, as they stand in the environment and as a server gets them."""
    found = [os.environ.get("PGPASSWORD", "")]
    for first, second in _PASSWORDS.findall(os.environ.get("TYLER_CHAT_DB", "")):
        found += [first or second, unquote(first or second)]
    return {password for password in found if len(password) >= _SHORTEST_SECRET}


def without_keys(text: str) -> str:
    """`text` with whatever looks like a key of a provider masked."""
    return _KEYS.sub(MASK, text)


def is_secret_name(name: str) -> bool:
    """Whether what is called so is a secret as a rule: an api_key, a password."""
    return _SECRET_NAME.search(name) is not None


def redacted(text: str, environ: Mapping[str, str] | None = None) -> str:
    """`text` without keys, tokens and passwords, those that stand in the environment and whatever
    looks like one, without e-mail addresses, and with `~` for home folders."""
    environ = os.environ if environ is None else environ
    for name, value in environ.items():
        if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, MASK)
    text = _SECRETS.sub(MASK, without_keys(text))
    text = _ASSIGNED.sub(rf"\1{MASK}", text)
    text = _MAIL.sub(f"{MASK}@{MASK}", text)
    home = os.path.expanduser("~")  # as it is where nobody knows
    if len(home) > 1:
        text = re.sub(rf"{re.escape(home)}(?![\w-])", "~", text)
    return _HOMES.sub("~", text)
