"""A person over all her accounts: promises, digest, reports, pushes, and the watch over outages."""
