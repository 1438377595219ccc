"""Copies and mails to myself, put into a folder by APPEND: looked for by Message-ID before each attempt but the first."""

from typing import TYPE_CHECKING

from triaged.core.settings import Account
from triaged.ledger import EffectRow, Place
from triaged.mailbox import Refused, Session

if TYPE_CHECKING:
    from triaged.desk.account import Desk
