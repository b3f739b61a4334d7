"""What is up, fresh and safe, and what is not."""
