"""What the regulations demand, as data."""
