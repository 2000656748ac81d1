"""The pages of payments itself, for the people of a hotel."""
