"""What `tyler-chat --help` shows: a short manual page, at most 80 columns wide."""

import textwrap
from collections.abc import Iterable
from typing import Any

WIDTH = 80
_NAMES_WIDTH = 26

SESSION, MODEL, TOOLS, OTHER = "Session", "Model", "Tools", "Other"
PRINT = "Line mode and print mode"

_HEAD = """\
Usage: tyler-chat [OPTIONS] [PROMPT]
       tyler-chat COMMAND [ARGS]...

Chat with any model in the terminal. PROMPT is sent right away; without one the
chat opens empty. With -p, or when standard input or output is not a terminal,
the answer is printed and the program ends. A first word that names a command
is that command, with its options behind it; put -- before a prompt that begins
with such a word or a dash.
"""

_TAIL = """\
Commands (each has its own --help):
  sessions list             List the sessions; the same as `sessions` alone.
  sessions show NAME        Print a session.
  sessions rename NAME NEW  Give a session a name to resume it by.
  sessions pin NAME         Keep a session on top of the lists.
  sessions fork NAME        Copy a session into a new one.
  sessions delete NAME      Put a session into the trash, for 30 days.
  sessions restore NAME     Bring a session back from the trash.
  export NAME               Write a session as Markdown, HTML, JSON or SVG.
  import FILE...            Import sessions of llm, elia, oterm, Tyler, from
                            exports of ChatGPT and Claude, or our own JSON.
  search TEXT               Find messages and tool output in all sessions.
  models [TEXT]             List models, with context size and price.
  agents                    List the agents to choose from with --agent.
  mcp list                  List the MCP servers of the config.
  mcp add NAME -- COMMAND   Write one into the config.
  mcp remove NAME           Take one out of the config.
  mcp test [NAME]           Connect to them, and tell what they have.
  serve                     Serve the chat to browsers and over a WebSocket.
  config                    Say where the config file is.
  config init               Write one, in which every setting is explained.
  config show               Show what is in effect, and what set it.
  keys                      List the commands of the chat with their keys.
  doctor                    Check terminal, config, keys, sessions and speed.
  paths                     Show where config, sessions and logs live.

  Where a command or -r wants a session's NAME, its id will do, and so will the
  beginning of either, or its title, while it fits one session only.

Examples:
  tyler-chat -m demo                       Look round: no key, no network.
  tyler-chat -s thesis "Where were we?"    Open a session by name, and ask.
  tyler-chat -r                            Choose a session to go on with.
  git diff | tyler-chat -p "Review this"   Join standard input to the prompt.
  tyler-chat -f main.py "What is this?"    Send a file with the prompt.
  tyler-chat --json "Hello" | jq -r .content

Environment:
  ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY, MISTRAL_API_KEY and such
                            A key. With no model named, it stands for one.
  OPENAI_API_BASE           A server of the OpenAI format: -m openai/ITS-MODEL.
  TYLER_CHAT_MODEL          The model; -m goes before it, the config behind.
  TYLER_CHAT_APPROVAL, TYLER_CHAT_THEME
                            Go before the config likewise.
  TYLER_CHAT_HOME           One folder for config, sessions and logs.
  TYLER_CHAT_CONFIG, TYLER_CHAT_DB
                            The config file; the file of the sessions, or the
                            URL of a PostgreSQL database.
  TYLER_CHAT_ALLOW_HOSTS    Hosts that the web tools may read unasked, with
                            commas between.
  TYLER_CHAT_STILL          Set: no spinner, no animation.
  ACCESSIBLE                Set to 1: as with --plain, and without escape codes.
  NO_COLOR                  Set: no colours, but greys in the chat.
  VISUAL, EDITOR            What Ctrl+G writes the prompt in.

Exit codes:
  0  done                   3    stopped by a limit; there is an answer
  1  failed                 75   worth trying again: rate limit, network, lock
  2  wrong use or set-up    130  cancelled; what had arrived is kept
"""


def render(parameters: Iterable[Any]) -> str:
    """The page; the options are those of `parameters`, by their `rich_help_panel`."""
    groups: dict[str, list[str]] = {title: [] for title in (SESSION, MODEL, TOOLS, PRINT, OTHER)}
    for parameter in parameters:
        if parameter.opts[0].startswith("-"):
            group = getattr(parameter, "rich_help_panel", None) or OTHER
            groups[group] += _entry(parameter)
    options = [f"{title}:\n" + "\n".join(lines) + "\n" for title, lines in groups.items()]
    return "\n".join([_HEAD, *options, _TAIL])


def _entry(option: Any) -> list[str]:
    names = ", ".join(sorted(option.opts, key=len))
    indent = 6 if names.startswith("--") else 2  # long names stand below each other
    head = f"{' ' * indent}{names}" + ("" if option.is_flag else f" {option.metavar}")
    text = textwrap.wrap(option.help or "", WIDTH - _NAMES_WIDTH - 2)
    lines = [" " * (_NAMES_WIDTH + 2) + line for line in text]
    if len(head) > _NAMES_WIDTH:
        return [head, *lines]
    return [head.ljust(_NAMES_WIDTH + 2) + text[0], *lines[1:]]
