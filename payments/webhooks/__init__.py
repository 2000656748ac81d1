"""How an event comes in: the endpoint, the inbox, the worker, and who handles what."""
