"""The way in of the command `triaged`: signals are held from its first instant on, whatever is still to be loaded."""

import sys

from triaged import heldsignals


def main() -> int:
    """Run the command; its exit code."""
    if "run" in sys.argv[1:]:
        heldsignals.hold()
    from triaged.cli import main as command  # takes its time

    return command()


if __name__ == "__main__":
    sys.exit(main())
