"""What the sites are: options, cascade, hosts and coverage."""
