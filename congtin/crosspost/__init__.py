"""Which Item appears where, in which role, at which address."""
