"""What the daemon says about itself: a closed list of events, one line each, to a terminal, the journal or a file.

In: events with their fields from every room above the core. Out: lines. It never says a secret, a body or a reply's
text: there is no field for them.
"""
