"""Company accounts: the provider takes programs only where the company allows it. What to ask, and of whom."""

from triaged.core.address import Address
from triaged.core.providers import profile_of, provider_of
from triaged.core.settings import Server

_ASKS = {
    "microsoft365": """

Your company must allow this. Send the following to whoever looks after your mail accounts:
---
Please allow a mail program for my mailbox {address}: IMAP and authenticated SMTP (Microsoft 365 admin centre, the user, Mail, Email apps), and an app registration in Entra ID with "Allow public client flows" and the delegated permissions IMAP.AccessAsUser.All, SMTP.Send and offline_access of Office 365 Exchange Online. I need its application (client) id and our tenant id. The program is triaged; it runs on my own machine and reads and files my mail for me.
---
With the id: triaged init --address {address} --client-id ID""",
    "gmail": """

Your company must allow this. Send the following to whoever looks after your mail accounts:
---
Please allow IMAP for my mailbox {address} (Google Admin console, Apps, Gmail, End User Access), and app passwords or an OAuth client id of type "Desktop app" with the scope https://mail.google.com/. The program is triaged; it runs on my own machine and reads and files my mail for me.
---""",
}


def hint_for_a_company(imap: Server, me: Address) -> str:
    """What helps where a sign-in was refused, for an address in a domain of somebody's own; "": nothing is known."""
    if provider_of(me.domain) is not None:
        return ""
    return _ASKS.get(profile_of(imap).name, "").format(address=me.spec)
