"""One person's day: what arrives, what is due, what the person did."""
