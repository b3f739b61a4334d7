"""How Releases are served: web server configurations, written from a Release's record."""
