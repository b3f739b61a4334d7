"""Who may change what, and whether they did."""
