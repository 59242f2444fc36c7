"""Tokens, money, sizes and time in few letters, the same on every screen."""

import math

UNKNOWN = "?"
"""Stands where a price is not known: nothing is made up, and nothing is free by mistake."""
ABOUT = "≈"
"""Stands before figures that were counted here because the provider did not say."""


def tokens_text(tokens: int) -> str:
    """A token count: 812, 12.4k, 1.2M; whole thousands and millions without the point."""
    if tokens < 1000:
        return str(tokens)
    # What would round up to 1000k is 1M.
    size, letter = (1000, "k") if tokens < 999_950 else (1_000_000, "M")
    return f"{tokens / size:.1f}".removesuffix(".0") + letter


def size_text(size: int) -> str:
    """The size of a file in bytes: 812 B, 12.4 KB, 1.2 MB; a KB is 1024 bytes."""
    if size < 1024:
        return f"{size} B"
    # What would round up to 1024 KB is 1 MB.
    unit, letters = (1024, "KB") if size < 1024**2 - 52 else (1024**2, "MB")
    return f"{size / unit:.1f}".removesuffix(".0") + f" {letters}"


def cost_text(usd: float | None, *, estimated: bool = False) -> str:
    """What something cost: $0.03; small sums with the digits that say something, $0.0004."""
    if usd is None:
        return f"${UNKNOWN}"
    about = ABOUT if estimated and usd else ""
    if usd >= 0.01 or usd == 0:
        return f"{about}${usd:.2f}"
    return f"{about}${usd:.4f}" if usd >= 0.0001 else f"{about}<$0.0001"


def usd(text: str) -> float:
    """The sum of money that a person wrote: 2.50, $2. Raises ValueError for nothing, and less."""
    value = float(text.strip().removeprefix("$"))
    if not 0 < value < math.inf:
        raise ValueError(f"a sum of money must be more than 0, not {value}")
    return value


def price_text(usd_per_token: float | None) -> str:
    """The price of a million tokens: $2.50, $0.075, free."""
    if usd_per_token is None:
        return UNKNOWN
    price = round(usd_per_token * 1_000_000, 6)
    if price == 0:
        return "free"
    return f"${price:.2f}" if price >= 0.1 else f"${price:.3g}"


def duration_text(ms: float) -> str:
    """Milliseconds as people read them: 3 ms, 1.2 s, 2:05."""
    if ms < 1000:
        return f"{ms:.0f} ms"
    seconds = ms / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
