"""A check-up of an account: what its servers can, and what follows from it for the work. Nothing is changed, nothing is sent."""

from triaged.desk.checkup.checkup import Known, check_up
from triaged.desk.checkup.values import Checkup, Finding, Level

__all__ = ["Checkup", "Finding", "Known", "Level", "check_up"]
