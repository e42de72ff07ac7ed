"""How results travel: frozen messages, the latest-value mailbox, the worker threads."""
