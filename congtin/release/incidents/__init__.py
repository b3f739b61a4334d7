"""What was done about an incident, and who was told when."""
