"""Company accounts: the provider takes programs only where the company allows it. What to ask, and of whom."""

from triaged.core.address import Address
from triaged.core.providers import profile_of, provider_of
from triaged.core.settings import Server
from triaged.setup.firstwords import FirstWords


def hint_for_a_company(words: FirstWords, imap: Server, me: Address) -> str:
    """What helps where a sign-in was refused, for an address in a domain of somebody's own; "": nothing is known."""
    if provider_of(me.domain) is not None:
        return ""
    name = profile_of(imap).name
    if name not in ("microsoft365", "gmail"):
        return ""
    return words("company", request=words(f"company_{name}", address=me.spec))
