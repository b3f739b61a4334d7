"""Where Releases are sent besides this machine."""
