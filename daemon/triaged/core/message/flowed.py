"""format=flowed (RFC 3676): soft line breaks taken out, quote depths kept."""

SIGNATURE = "-- "
"""The line before a signature (RFC 3676 4.3)."""


def unflow(text: str, *, delsp: bool) -> str:
    """Join flowed lines of one quote depth into paragraphs and take the space-stuffing off.

    Args:
        text: lines separated by LF.
        delsp: true where the blank before a soft break belongs to the break, not to the text.
    """
    out: list[str] = []
    held: list[str] = []
    held_depth = 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        if content[:1] == " ":
            content = content[1:]
        if held and (depth != held_depth or content == SIGNATURE):
            out.append(_paragraph(held, held_depth))
            held = []
        held_depth = depth
        if content.endswith(" ") and content != SIGNATURE:
            held.append(content[:-1] if delsp else content)
            continue
        held.append(content)
        out.append(_paragraph(held, depth))
        held = []
    if held:
        out.append(_paragraph(held, held_depth))
    return "\n".join(out)


def _paragraph(held: list[str], depth: int) -> str:
    text = "".join(held)
    return f"{'>' * depth} {text}" if depth else text
