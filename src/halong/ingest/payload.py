"""Bytes that were set aside, as somebody can read them."""

HEX_BYTES = 4_096
TEXT_BYTES = 200_000


def shown(payload: bytes) -> tuple[str, bool]:
    """The text of a payload and whether it can be corrected as text; else its first bytes in hexadecimal."""
    if len(payload) <= TEXT_BYTES:
        for encoding in ("utf-8", "cp1252"):
            try:
                text = payload.decode(encoding)
            except UnicodeDecodeError:
                continue
            if not any(ord(char) < 32 and char not in "\t\r\n" for char in text):
                return text, True
    return hexadecimal(payload[:HEX_BYTES]), False


def hexadecimal(data: bytes) -> str:
    """Sixteen bytes a line: offset, bytes, letters."""
    lines = []
    for start in range(0, len(data), 16):
        part = data[start : start + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{start:08x}  {part.hex(' '):<47}  {letters}")
    return "\n".join(lines)
