"""The desk: reads marks back, for whoever holds a file or a text and asks where it is from."""
