"""
Stripe's HTTP on loopback: `manage.py sandbox serve`.

    web          Sandbox(port=0): the server; .start(), .url, .world, .stop()
    answering    from a request to an answer: keys, accounts, idempotency, faults
    registry     route(…) and control(…): which addresses there are, and how to add one
    params       form parameters, unfolded and checked
    expand       expand[]
    delivery     events to their endpoints
    faults       what goes wrong on the way
    routes       what answers at which address

What is done there is `sandbox.engine`'s work; here it is only asked for and shown.
"""
