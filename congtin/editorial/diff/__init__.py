"""What a Change changes, for people: by Item and language, field by field, in words."""
