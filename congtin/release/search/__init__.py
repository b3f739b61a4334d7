"""Search without a server (H2): a full-text index for each Edition, a light one over each Portal, made after pages."""
