"""What of a text is searched: SQLite's index and LIKE both stop at a NUL, which tools write now and
then; so a space stands for it."""


def searchable(column: str) -> str:
    """The expression for it. SQL that replaces a NUL there is only by the way of JSON, where it is
    an escape; escaped backslashes go first, lest what stands behind one be taken for it."""
    quoted = f"replace(json_quote({column}), '\\\\', '\\u005c')"
    replaced = f"json_extract(replace({quoted}, '\\u0000', ' '), '$')"
    return f"CASE WHEN instr({column}, char(0)) THEN {replaced} ELSE {column} END"
