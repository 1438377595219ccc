"""The root of every error of our own. Each room derives its family from it and translates what libraries raise."""


class TriagedError(Exception):
    """A step could not be done; the message is one line that a person can act on."""
