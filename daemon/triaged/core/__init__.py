"""Pure arithmetic: values in, values out. No I/O, no clock, no random numbers, no logger."""
