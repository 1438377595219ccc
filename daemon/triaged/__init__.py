"""An email triage daemon: decides what is urgent, puts the rest aside until its moment, and tells the client when."""

__version__ = "0.1.0"
