"""What comes back: each thing as a serializer, which the schema is made of."""
