"""How people hear of it."""
