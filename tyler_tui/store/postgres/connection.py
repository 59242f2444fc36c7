"""One connection to the server, made anew when it was lost."""

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from tyler_tui.store.postgres.address import Address
from tyler_tui.store.postgres.exact_text import keep_text_exact
from tyler_tui.store.postgres.liveness import own_key
from tyler_tui.store.postgres.schema import SCHEMA

BUSY_TIMEOUT_S = 5.0
STATEMENT_TIMEOUT_S = 30.0

# Where whoever keeps the server, or the URL, says otherwise, that counts. The last lines are for
# clients that vanish without a word: the server would take them for alive for two hours.
_SESSION = """
SELECT set_config('search_path', %(schema)s, false), pg_advisory_lock_shared(%(key)s),
    (SELECT count(set_config(s.name, wanted.value, false))
    FROM pg_settings s JOIN (VALUES
        ('lock_timeout', %(lock)s),
        ('statement_timeout', %(statement)s),
        ('idle_in_transaction_session_timeout', '60s'),
        ('tcp_keepalives_idle', '30'),
        ('tcp_keepalives_interval', '10'),
        ('tcp_keepalives_count', '3')
    ) AS wanted(name, value) ON wanted.name = s.name WHERE s.source = 'default')
"""


class Line:
    """Leads to a server as long as there is one."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: AsyncConnection[DictRow] | None = None

    async def connection(self) -> AsyncConnection[DictRow]:
        """The connection, which is open as far as one can know. Raises psycopg's errors."""
        if self._connection is None or self._connection.closed:
            self._connection = await _connect(self._address)
        return self._connection

    @property
    def is_lost(self) -> bool:
        """Whether the connection has ended by itself."""
        return self._connection is None or self._connection.closed

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()


async def _connect(address: Address) -> AsyncConnection[DictRow]:
    connection = await AsyncConnection.connect(
        **address.parameters, client_encoding="utf-8", autocommit=True, row_factory=dict_row
    )
    try:
        keep_text_exact(connection)
        await connection.execute(
            _SESSION,
            {
                "schema": SCHEMA,
                "key": own_key(),
                "lock": f"{int(BUSY_TIMEOUT_S * 1000)}ms",
                "statement": f"{int(STATEMENT_TIMEOUT_S * 1000)}ms",
            },
        )
    except BaseException:
        await connection.close()
        raise
    return connection
