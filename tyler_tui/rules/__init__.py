"""Rules about tool calls: what runs unasked, what is asked about each time, what never runs."""
