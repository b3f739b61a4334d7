"""What must be rendered, and the rendering of it."""
