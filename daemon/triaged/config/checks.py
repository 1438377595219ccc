"""What works, but probably not as it was meant: warnings about a valid person."""

from datetime import datetime

from triaged.config.person import Made
from triaged.config.problems import Findings


def check_meaning(made: Made, now: datetime, findings: Findings) -> None:
    """Add the warnings about one person."""
