"""Who signs in with tokens, and what a person is told to do when a provider refuses it."""

from dataclasses import dataclass
from pathlib import Path

from triaged.core.settings import OAuth


@dataclass(frozen=True, slots=True)
class Holder:
    """One login that signs in with tokens."""

    login: str  # its name in the store
    account: str  # as `triaged auth login` takes it
    oauth: OAuth
    trust_ca: Path | None = None

    @property
    def is_application(self) -> bool:
        """Whether nobody has to sign in: the registration itself has the access."""
        return self.oauth.grant == "client_credentials"

    @property
    def command(self) -> str:
        """What a person types to sign in."""
        return f"triaged auth login {self.account}"

    @property
    def retry(self) -> str:
        """What a person types to have it tried again."""
        return f"triaged retry {self.account}"


_APPLICATION = {
    "invalid_client": "look at client_secret: it has expired, or it is another registration's",
    "unauthorized_client": "the registration may not do this: an administrator has to add its permissions and consent to them",
    "consent_required": "an administrator has to consent to the registration's permissions",
    "invalid_scope": "look at scopes: the provider does not know them",
}
_PERSON = {
    "invalid_client": "look at client_id and client_secret (one that has expired is replaced at the provider), then type: {retry}",
    "unauthorized_client": "the registration may not sign in like this: allow it at the provider, or write another grant, then type: {login}",
    "interaction_required": "the provider wants to see the person (a second factor, a new password); type: {login}",
    "login_required": "the provider wants to see the person; type: {login}",
    "consent_required": "nobody has consented to what is asked for; an administrator does, or the person, by typing: {login}",
    "invalid_scope": "look at scopes: the provider does not know them; then type: {login}",
}


def what_to_do(holder: Holder, code: str) -> str:
    """The words for a refusal, by its code (RFC 6749 5.2, OpenID Connect Core 3.1.2.6)."""
    if holder.is_application:
        usual = "look at client_id, client_secret and the administrator's consent"
        return f"{_APPLICATION.get(code, usual)}; then type: {holder.retry}"
    return _PERSON.get(code, "type: {login}").format(login=holder.command, retry=holder.retry)
