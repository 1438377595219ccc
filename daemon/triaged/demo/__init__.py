"""A morning's mail on embedded servers, for `triaged demo`. Nothing of it is used by the daemon itself."""
