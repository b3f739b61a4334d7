"""Côngtin publishes a city's whole family of government websites from one Git repository."""

__version__ = "0.1.0"
