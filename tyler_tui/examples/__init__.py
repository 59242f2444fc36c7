"""Every pattern of streaming as a short program. They use the public API alone: copy what you need,
with `asyncio.run` for the `run` at their ends, which bears a closed pipe.

    python -m tyler_tui.examples.basic_streaming "Tell me a story about space exploration"

basic_streaming        print an answer as it arrives
all_events             everything that a run tells, told
streaming_with_tools   tools at work, asking before they change anything
terminal_chat          a chat that goes on where it was left; Ctrl+C stops an answer
web_chat               the same in a browser, over a WebSocket (needs the extra `web`)
progress               how far a long task is, then its answer
buffered_streaming     text in larger pieces
cancellable_streaming  three ways to stop: a flag, cancelling the task, Ctrl+C
rich_panel             Markdown that grows in a panel
token_counting         tokens while they stream
several_streams        many questions at once, with a limit
error_handling         time-outs and failures as events
research_assistant     research a topic, watch it, read the report

The model is the one that TYLER_CHAT_MODEL names, any of LiteLLM's (`gpt-4o`, with its key in the
environment); without it, the built-in `demo`, which needs no key and no network.
"""
