"""What is read beside a row: its payment, the events that changed it, the record it is about."""
