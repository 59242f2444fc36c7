"""Readers of an agent's stream: each takes events and gives them on in another form, so they can
be put round each other.

    buffered(events)    joins text, for smoother output          buffering.py
    counted(events)     adds up tokens as they go by             counting.py
    guarded(events)     turns time-outs and failures into events guarding.py
    collected(events)   waits for the end: text, calls, usage    collecting.py
    fan_in(streams)     runs many at once, with a limit          fan_in.py
"""
