"""Exchange of citizens' reports with another Open311 server: theirs come in, ours of chosen kinds go there once.

What comes in goes the way of every source (poll, ``decode``, pipeline, quarantine); what goes out waits in ``Exchange``, an
outbox that is also the link between a report and its number on the other side. Nothing that leads to a sender is ever read
here: the module imports neither followers nor contacts.
"""
