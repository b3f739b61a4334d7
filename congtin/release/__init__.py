"""What is live, and how it is served."""
