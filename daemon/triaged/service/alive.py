"""`python -m triaged.service.alive`: whether a daemon answers on this state, for the health check of a container. 0: it does."""

import sys

from triaged.config.service import state_folder
from triaged.service.statussocket import NoAnswerError, ask


def main() -> int:
    """Ask it over its private socket."""
    try:
        ask(state_folder())
    except NoAnswerError as silence:
        sys.stderr.write(f"triaged: {silence}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
