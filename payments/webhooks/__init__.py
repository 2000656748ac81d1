"""How an event comes in: the door, the inbox, the worker, and who handles what."""
