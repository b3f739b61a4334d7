"""What the audit log of a quarter tells, for a person who signs that they have read it."""
