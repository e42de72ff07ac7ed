"""How a network responds while its input is turned, shifted, blurred …, for one input and over a data set."""
