"""The reason of an item that a person has put aside herself: nobody has decided about it."""

PUT_BY_HAND = "put aside by hand"
