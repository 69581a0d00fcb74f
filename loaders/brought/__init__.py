"""What users bring: inventories, lists of places, archives of a network, tables that come back, layers of their own."""
