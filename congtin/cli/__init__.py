"""What a person types."""

from congtin.cli.click_words import speak

speak()
