"""The data plane's I/O: sockets in, sockets out, processes around them. Judges nothing itself."""
