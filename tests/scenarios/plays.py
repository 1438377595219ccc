"""What the plays have in common: the consultant's configuration, and who writes to her."""

import re

GARY = "Gary Stone <gary@harbor.example>"
MAY = "May <may@harbor.example>"
PETRA = "Petra Sommer <petra@lindenhof.example>"

ME = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
team = ["*@roth-partners.example"]

[hours]
mon-thu = ["09:00-12:30", "13:30-17:30"]
fri = "09:00-15:00"
"""
ACCOUNT = """
[account.work]
mode = "send"
addresses = ["dana@roth.example"]
imap = $IMAP
smtp = $SMTP
"""
CLIENTS = """
[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]
people = { "gary@harbor.example" = "Gary" }
language = "en"
timezone = "Europe/London"
calls = ["fri 10:00 for 45m"]

[client.lindenhof]
name = "Lindenhof e. V."
from = ["*@lindenhof.example"]
people = { "petra@lindenhof.example" = "Frau Sommer" }
language = "de"
calls = ["fri 11:00"]
"""
REPLY = '''
[reply.until-call]
text.en = """
Hello {{ sender.name or 'there' }},

I have your message{{ 's' if messages|length > 1 }}. Can it wait until our call on {{ promise | when }}?
"""
text.de = """
Guten Tag {{ sender.name or 'zusammen' }},

Ihre Nachricht{{ 'en sind' if messages|length > 1 else ' ist' }} da. Hat es Zeit bis zu unserem Telefonat am {{ promise | when }}?
"""
'''
RULES = """
[[rule]]
name = "Outage"
when = { subject = ["outage", "down"] }
then = "urgent"

[[rule]]
name = "Everything else waits for the call"
then = "defer"
until = ["1h before next call", "start of office hours"]
promise = ["next call", "2 business days"]
reply = "until-call"
"""
CONSULTANT = ME + ACCOUNT + CLIENTS + REPLY + RULES

ANSWERS = CONSULTANT.replace(
    'until = ["1h before next call", "start of office hours"]', 'until = "start of office hours"'
).replace('promise = ["next call", "2 business days"]', 'promise = "2 business days"')
"""The same, but what she promises is an answer, not a call."""

ANY_HOUR = (
    re.sub(r"^calls = .*\n", "", CONSULTANT, flags=re.MULTILINE)
    .replace('["1h before next call", "start of office hours"]', '"in 2 days"')
    .replace('["next call", "2 business days"]', '"in 3 days"')
)
"""The same for a daemon that goes by the machine's clock: half an hour before a call nobody is answered, nothing put aside."""


def unlimited(config: str) -> str:
    """The same where as many new people of a client as come are answered within the hour."""
    clients = re.sub(r"^(\[client\..*\])$", r"\1\nreplies_per_hour = 1000", config, flags=re.MULTILINE)
    return clients.replace('mode = "send"', 'mode = "send"\nreply_fuse = "1000 per hour"')


SIGNED_IN = {
    "Received": "from laptop.example ([198.51.100.7]) by mx.roth.example with ESMTPSA id 7; Tue, 24 Nov 2026 15:30:00 +0100"
}
"""As my own server writes into the mail of somebody who has signed in to send it."""
