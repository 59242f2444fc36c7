"""What PostgreSQL says, as errors that tell what to do. No address in them shows a password."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Error, OperationalError, errors

from tyler_tui.errors import StoreError, StoreUnavailableError
from tyler_tui.sanitize import one_line
from tyler_tui.store.database import NotUniqueError
from tyler_tui.store.postgres.address import Address

_LONGEST = 300


@contextmanager
def translating(address: Address) -> Iterator[None]:
    """Turns errors of psycopg into StoreErrors about the database at `address`."""
    try:
        yield
    except Error as error:
        # Not `from error`: what libpq says may quote the parameters that it was given.
        raise _translated(error, address) from None
    except TimeoutError:
        raise StoreUnavailableError(
            f"{address.shown} does not answer.",
            hint="Check the network and the server. What was said is still in memory.",
        ) from None
    except UnicodeEncodeError as error:  # a bad id
        raise StoreError(f"The session store cannot hold that: {error}.") from error


def _translated(error: Error, address: Address) -> StoreError:
    place = address.shown
    first = (str(error).splitlines() or [""])[0]  # the rest guesses at what may be wrong
    said = one_line(address.without_password(first.removeprefix("connection failed: ")), _LONGEST)
    match error:
        case errors.UniqueViolation():
            return NotUniqueError(f"The session store refused that: {said}.")
        case errors.LockNotAvailable() | errors.DeadlockDetected():
            return StoreUnavailableError(
                f"{place} is locked by another program.",
                hint="Close the other program, or try again in a moment.",
            )
        case errors.DiskFull():
            return StoreUnavailableError(
                f"The disk of {place} is full: nothing could be saved.",
                hint="Make room. What was said is still in memory, and is saved with what comes "
                "next.",
            )
        case errors.ReadOnlySqlTransaction() | errors.InsufficientPrivilege():
            return StoreUnavailableError(
                f"{place} may not be used: {said}.",
                hint="Its owner grants the rights, or creates the schema tyler_chat for you: "
                "CREATE SCHEMA tyler_chat AUTHORIZATION you.",
            )
        case errors.QueryCanceled():
            return StoreUnavailableError(
                f"{place} took too long.",
                hint="Try again; `tyler-chat doctor` says how quick it is.",
            )
        case OperationalError():
            return StoreUnavailableError(
                f"{place} cannot be reached: {said}",
                hint="Check that the server runs, and the address in TYLER_CHAT_DB. A password may "
                "stand in PGPASSWORD or ~/.pgpass.",
            )
        case _:
            return StoreError(
                f"The session store failed: {said}",
                hint="`tyler-chat doctor` looks at what may be wrong.",
            )
