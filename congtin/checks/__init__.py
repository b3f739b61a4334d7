"""Whether content is fit to publish: every check is one function that yields Problems."""
