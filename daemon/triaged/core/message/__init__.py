"""Reading mail: raw octets in, one immutable Message out, with its defects named. Never raises, linear, bounded."""

from triaged.core.message.content import Attachment
from triaged.core.message.defects import DEFECTS, REFUSING
from triaged.core.message.fields import Fields
from triaged.core.message.message import Message, read, read_raw
from triaged.core.newtext import Cut

__all__ = ["DEFECTS", "REFUSING", "Attachment", "Cut", "Fields", "Message", "read", "read_raw"]
