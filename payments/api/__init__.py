"""
The API: the operations and the lists of payments, by HTTP and in JSON.

`addresses` is the table of what may be asked, how, and by whom. `views` finds what a person may see
and makes one call; `bodies` is what may be sent, `shapes` what comes back. `problems` says no.
"""
