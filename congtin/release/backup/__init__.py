"""Copies of everything at two other places, and the way back."""
