"""Standard input and output for the front ends that write lines: print mode and plain mode."""
