"""The web front end: the same conversation over a WebSocket and as server-sent events, and the
TUI in a browser.

| file | job |
|------|-----|
| `protocol.py` | every message, both ways: the one source of the schema and of the README's table |
| `translation.py` | events of a turn as messages |
| `outbox.py` | what waits for a slow reader, bounded |
| `channel.py` | one client and its conversation; all channels of a server |
| `chat.py` | `/ws/chat` and `POST /chat` |
| `terminal.py`, `terminal_process.py` | the TUI in a browser: the page, and the program behind it |
| `guard.py` | who may connect |
| `app.py`, `server.py` | put together, and served |

Needs the extra `web`. Nothing here but `options.py` may be imported for `--help`.
"""
