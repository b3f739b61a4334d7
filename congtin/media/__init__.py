"""What lies beside a text: looked into, cleaned of what nobody meant to publish, made smaller for small screens."""
