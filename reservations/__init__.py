"""The bookings of the hotel, and the pages the front desk works on."""
