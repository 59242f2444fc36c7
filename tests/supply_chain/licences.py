"""Under which licences the installed packages stand, and which ones this project may depend on.

A new dependency whose licence is not listed here fails its test: read the licence, then add it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PERMITTED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "MIT", "MIT-0",
    "MIT-CMU", "PSF-2.0", "Unlicense", "Zlib",
    # Copyleft for their own files only, which are used as they are.
    "MPL-1.1", "MPL-2.0",
}  # fmt: skip
"""SPDX names of what may be used by a program under the MIT licence."""

PERMITTED_BESIDE = PERMITTED | {"LGPL-3.0-only"}
"""And of what stands beside the program, loaded as it is and replaced at will: tools of the tests,
and psycopg, which comes with the extra `postgres` alone."""

READ_BY_HAND = {"httpx-aiohttp": "BSD-3-Clause", "tiktoken": "MIT"}
"""Packages that have only the text of their licence, which was read."""

_SPDX = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0-only",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the bsd 2-clause license": "BSD-2-Clause",
}
"""Older ways to say it: of the field License and of classifiers."""


@dataclass(frozen=True)
class Licence:
    """A package and its licence as an SPDX expression, "" when it does not say."""

    package: str
    expression: str

    def is_among(self, permitted: set[str]) -> bool:
        """Whether one may use the package under licences of `permitted` alone."""
        choices = re.split(r"\s+OR\s+", self.expression.strip("()"))
        return any(
            all(part.strip("() ") in permitted for part in re.split(r"\s+AND\s+", choice))
            for choice in choices
        )


def licences(package: str, *extras: str) -> list[Licence]:
    """Those of all packages that `package` with those extras needs here."""
    return sorted(
        (Licence(found.name, _expression(found)) for found in _tree(package, extras)),
        key=lambda licence: licence.package,
    )


def _tree(package: str, extras: tuple[str, ...]) -> Iterator[Distribution]:
    waiting, seen = [(package, ("", *extras))], set[tuple[str, tuple[str, ...]]]()
    told = {canonicalize_name(package)}
    while waiting:
        name, wanted = item = waiting.pop()
        if item in seen:
            continue
        seen.add(item)
        found = distribution(name)
        if canonicalize_name(name) not in told:
            told.add(canonicalize_name(name))
            yield found
        for text in found.requires or ():
            needed = Requirement(text)
            marker = needed.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in wanted):
                waiting.append((needed.name, ("", *sorted(needed.extras))))


def _expression(found: Distribution) -> str:
    metadata = found.metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    if canonicalize_name(found.name) in READ_BY_HAND:
        return READ_BY_HAND[canonicalize_name(found.name)]
    prefix = "License :: OSI Approved :: "
    classifiers = [
        classifier.removeprefix(prefix)
        for classifier in metadata.get_all("Classifier") or ()
        if classifier.startswith(prefix)
    ]
    # Several of them may mean one of these or all of these: all is the safe reading.
    told = classifiers or metadata.get_all("License") or [""]
    return " AND ".join(_SPDX.get(text.strip().lower(), text.strip()) for text in told)
