"""What there is: packages, programs, Sites, settings, for whoever inspects the system."""
