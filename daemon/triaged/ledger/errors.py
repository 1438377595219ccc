"""What can go wrong with the ledger. No error of sqlite3 leaves the room untranslated."""

from triaged.core.errors import TriagedError


class LedgerError(TriagedError):
    """The ledger could not do a step; nothing of that step was written."""


class LedgerDamaged(LedgerError):
    """The file is not what we wrote, or it is gone. Nothing is recreated: a person has to look."""

    exit_code = 74  # EX_IOERR of sysexits.h, of every command


class LedgerNewer(LedgerError):
    """A later version of triaged wrote this file. Like damage, no restart mends it."""

    exit_code = 74


class LedgerMoved(LedgerError):
    """This ledger was moved elsewhere, or is a copy that only reads: no restart mends that either."""

    exit_code = 74


class LedgerBusy(LedgerError):
    """Another process holds the ledger for longer than we wait. The same step may be tried again."""


class LedgerFull(LedgerError):
    """No room on the disk. Nothing may be done until a write succeeds again: what is not written does not exist."""


class LedgerUnavailable(LedgerError):
    """The file cannot be opened, read or written: permissions, a missing folder, a failing disk."""


class StateHeld(LedgerError):
    """Another daemon works on this state."""


class LeaseLost(LedgerError):
    """Another process serves this person; nothing of the step was written. Her loops here end."""


class LedgerUnknown(LedgerError):
    """The line to a server broke while a commit was under way, and it cannot be asked: the step may have been written, or not.

    It is not tried again as if it had not been: what is known of it is forgotten, and what is there is read anew.
    """
