"""What is handed over: packages for the archive, inventories, lists for reviews."""
