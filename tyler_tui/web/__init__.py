"""The web front end: the same conversation over a WebSocket and as server-sent events, and the
TUI in a browser.

| file | job |
|------|-----|
| `protocol.py` | every message, both ways: the one source of the schema and of the README's table |
| `translation.py` | events of a turn as messages |
| `outbox.py` | what waits for a slow reader, bounded |
| `channel.py` | one client and its conversation; all channels of a server |
| `chat.py` | `/ws/chat` and `POST /chat` |
| `terminal.py`, `pages/` | the TUI in a browser: its page, and the WebSocket of that |
| `terminal_process.py` | the program behind such a page |
| `guard.py` | who may connect |
| `app.py`, `server.py` | put together, and served |
| `options.py`, `tasks.py` | how it was asked to serve; ending the tasks of a client |

Needs the extra `web`. Nothing here but `options.py` may be imported for `--help`.
"""
