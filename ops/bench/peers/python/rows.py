"""Texts of COPY, of array literals, and of times as the program writes them."""

import io

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
QUOTES = str.maketrans({"\\": "\\\\", '"': '\\"'})


def field(value):
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value).translate(ESCAPES)


def copy(cursor, table, columns, rows):
    """One COPY; none when there are no rows."""
    if rows:
        text = "\n".join("\t".join(map(field, row)) for row in rows) + "\n"
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN",
                           io.StringIO(text))


def array(values):
    """A literal of any type of array; bytes become bytea."""
    return "{" + ",".join(map(element, values)) + "}"


def element(value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    if isinstance(value, str):
        return f'"{value.translate(QUOTES)}"'
    return str(value)


def time_text(at):
    """Microseconds only where there are some."""
    places = "microseconds" if at.microsecond % 1000 else "milliseconds"
    return at.isoformat(timespec=places).replace("+00:00", "Z")


def gigs(minor):
    return f"{minor // 100}.{minor % 100:02}"
