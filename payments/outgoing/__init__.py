"""
Asking Stripe so that it survives a crash: promise, ask, note.

`promises` writes down what is to be asked, in the transaction of whoever wants it. `keeping` asks,
with no transaction open, and notes what Stripe answered through the same merge as an event; whoever
dies in between leaves the rest to the worker. `kinds` says how each kind of request is asked, found
and read again; `answers` what an object in an answer shows.
"""
