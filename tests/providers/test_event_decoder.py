import json

from hypothesis import given
from hypothesis import strategies as st

from tyler_tui.providers.event_stream import Event, EventDecoder


def _read(pieces: list[bytes]) -> list[Event]:
    decoder = EventDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.finish()


def test_fields_comments_and_blank_lines_mean_what_the_standard_says() -> None:
    stream = (
        b"\xef\xbb\xbf: a comment\n\n"
        b"data: one\n\n"
        b"data:two\r\n\r\n"
        b"event: error\rdata: three\r\r"
        b"id: 7\nretry: 5\ndata:  four\ndata\ndata: five\n\n"
        b"nonsense\n\n\n"
        b"data: last"
    )
    assert _read([stream]) == [
        Event(b"", b"one"),
        Event(b"", b"two"),
        Event(b"error", b"three"),
        Event(b"", b" four\n\nfive"),
        Event(b"", b"last", is_whole=False),
    ]


texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)
line_ends = st.sampled_from(["\n", "\r", "\r\n"])


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A stream, and the data of its events."""
    written, wanted = "\ufeff" if draw(st.booleans()) else "", []
    for _ in range(draw(st.integers(0, 6))):
        data = json.dumps(draw(texts), ensure_ascii=draw(st.booleans()))
        end = draw(line_ends)
        comment = f": {draw(texts)}{end}" if draw(st.booleans()) else ""
        written += f"{comment}data: {data}{end}{draw(line_ends)}"
        # A CR and the LF of the next line end would be read as one.
        if written.endswith("\r\n") and end == "\r":
            written += "\n"
        wanted.append(data.encode())
    return written.encode(), wanted


@given(streams(), st.data())
def test_it_makes_no_difference_where_the_bytes_are_cut(
    stream: tuple[bytes, list[bytes]], data: st.DataObject
) -> None:
    written, wanted = stream
    assert [event.data for event in _read([written])] == wanted
    cuts = data.draw(st.lists(st.integers(0, len(written)), max_size=8).map(sorted))
    pieces = [written[a:b] for a, b in zip([0, *cuts], [*cuts, len(written)], strict=True)]
    assert _read(pieces) == _read([written])
    single = [written[at : at + 1] for at in range(len(written))]
    assert _read(single) == _read([written])
