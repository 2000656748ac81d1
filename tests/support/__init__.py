"""What tests stand on: Stripe at the other end of the wire, and a hotel that it sends to."""
