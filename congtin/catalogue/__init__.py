"""What the repository holds: Sources, Items, media and their rendered Fragments."""
