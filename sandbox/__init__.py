"""
A Stripe of one's own: what Stripe would send, on loopback, without an account.

Everything here stands on the far side of the wire. It knows Stripe's objects, the order of its
events and its signature, and nothing of how they are worked on.

    ids         make("pi", "any seed") -> "pi_3…", always the same for the same seed
    objects     payment_intent(), charge(), refund(), …: an object with all its fields, as a dict
    events      event(type, object, …) -> the envelope; body(event); sign(body, secret);
                send(url, secret, body) -> Answer(status, text)
    engine      World: accounts, objects, a clock; payments, refunds, disputes: Stripe without HTTP
    server      Sandbox(port=…): its API on loopback, `manage.py sandbox serve`
    story       Story: a booking's events so far; beside it CardPayment, Dispute, Invoice, …
    stay        Stay(account=…, reservation=…, organization=…, property=…, currency=…, total=…)
    scenarios   SCENARIOS: name -> Scenario with .title, .events(stay), .expects(stay) and .leaves;
                scope_of(event) -> "platform" or "connect"
    hotel       document(now): the demo hotel; booking_for(scenario): (organization slug, code)
    play        a scenario onto a booking of the database: Delivery(url, secrets, …).bring(events)
    guard       why the sandbox refuses to run here, in a sentence

`manage.py sandbox --help` has it all on the command line.
"""
