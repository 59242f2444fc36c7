"""The older tables of llm's log, and what both generations share: a row of `responses` holds a
prompt and its answer, with what went along in tables beside it."""

from collections.abc import Iterator
from pathlib import Path

from tyler_tui.importing.database import Database, Row
from tyler_tui.importing.draft import Draft, count, moment, text
from tyler_tui.importing.files import file
from tyler_tui.importing.found import Found
from tyler_tui.messages import Attachment, ToolCall, Usage, parse_arguments

KIND = "llm"


def of_responses(database: Database, conversation: Row) -> Found:
    draft = Draft(KIND, str(conversation["id"]), text(conversation["name"]))
    rows = database.rows_of("responses", "conversation_id", conversation["id"])
    rows.sort(key=lambda row: (text(row["datetime_utc"]), str(row["id"])))
    last: str | None = None
    system = ""
    for row in rows:
        when = moment(row["datetime_utc"])
        prompt = "\n\n".join(filter(None, [*_fragments(database, row, "prompt_fragments"),
                                          text(row["prompt"])]))  # fmt: skip
        now = "\n\n".join(filter(None, [*_fragments(database, row, "system_fragments"),
                                       text(row["system"])]))  # fmt: skip
        if now and now != system:
            last = draft.add("system", now, key=f"{row['id']} system", parent=last, when=when)
            system = now
        for result in database.rows_of("tool_results", "response_id", row["id"]):
            last = draft.add(
                "tool",
                text(result["output"]),
                key=f"{row['id']} result {result['id']}",
                parent=last,
                when=when,
                answers=text(result["tool_call_id"]) or f"result-{result['id']}",
                name=text(result["name"]),
                metrics={"failed": bool(result.get("exception"))},
            )
        files = [
            found
            for link in database.rows(
                "prompt_attachments", 'WHERE response_id = ? ORDER BY "order"', (row["id"],)
            )
            for found in attachment(draft, database, link["attachment_id"])
        ]
        if prompt or files:
            last = draft.add("user", prompt, key=f"{row['id']} prompt", parent=last, when=when,
                             attachments=files)  # fmt: skip
        asked, spoken = count(row.get("input_tokens")), count(row.get("output_tokens"))
        last = draft.add(
            "assistant",
            text(row["response"]),
            key=row["id"],
            parent=last,
            when=when,
            calls=[_call(call) for call in database.rows_of(
                "tool_calls", "response_id", row["id"])],
            reasoning=text(row.get("reasoning")),
            metrics={
                "model": text(row.get("resolved_model")) or text(row["model"]),
                "latency_ms": count(row["duration_ms"]),
            },
            usage=Usage(asked, spoken, asked + spoken),
        )  # fmt: skip
    return draft.found()


def _call(row: Row) -> ToolCall:
    arguments, problem = parse_arguments(row["arguments"])
    return ToolCall(text(row["tool_call_id"]) or f"call-{row['id']}", text(row["name"]),
                    arguments, problem)  # fmt: skip


def _fragments(database: Database, response: Row, links: str) -> Iterator[str]:
    for link in database.rows(links, 'WHERE response_id = ? ORDER BY "order"', (response["id"],)):
        for row in database.rows("fragments", "WHERE id = ?", (link["fragment_id"],)):
            yield text(row["content"])


def attachment(draft: Draft, database: Database, id: object) -> list[Attachment]:
    for row in database.rows("attachments", "WHERE id = ?", (id,)):
        place = text(row["path"]) or text(row["url"])
        name = Path(place).name or f"file-{str(id)[:8]}"
        content = row["content"]
        found = file(name, content) if isinstance(content, bytes) else None
        if found is not None:
            return [found]
        # llm keeps of most files only where they were. That is not opened here: a log from
        # elsewhere could name any file of this machine.
        draft.remarks.append(f"{name}: not in the log, or neither text nor a picture")
    return []
