"""What each event shows: a line an event, a pure function an object. No query, no clock."""
