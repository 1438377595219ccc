"""A first configuration: where a provider's servers are, who the clients may be, and the file that says so."""

from triaged.desk.welcome.correspondents import Correspondent, correspondents
from triaged.desk.welcome.looking import Seen, first_that_listens, look_around
from triaged.desk.welcome.providers import PROVIDERS, Found, candidates, provider_of
from triaged.desk.welcome.writing import Answers, first_configuration, quoted

__all__ = [
    "PROVIDERS",
    "Answers",
    "Correspondent",
    "Found",
    "Seen",
    "candidates",
    "correspondents",
    "first_configuration",
    "first_that_listens",
    "look_around",
    "provider_of",
    "quoted",
]
