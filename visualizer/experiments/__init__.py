"""Studies that anybody can repeat with one command: what is trained, what is measured, and a report of it."""
