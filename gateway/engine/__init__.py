"""The judge, sans I/O: plan, window, ruling, session. Events in, what leaves out.

There is one place where content leaves, and it is the window. Every bug of a stream is a list of
inputs that a test can replay: nothing here reads a clock, a file or a socket.
"""
