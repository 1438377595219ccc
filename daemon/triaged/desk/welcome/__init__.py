"""A first configuration: where a provider's servers are, who the clients may be, and the file that says so."""

from triaged.desk.welcome.correspondents import Correspondent, correspondents
from triaged.desk.welcome.looking import Seen, candidates, first_that_listens, look_around
from triaged.desk.welcome.writing import Answers, first_configuration, quoted

__all__ = [
    "Answers",
    "Correspondent",
    "Seen",
    "candidates",
    "correspondents",
    "first_configuration",
    "first_that_listens",
    "look_around",
    "quoted",
]
