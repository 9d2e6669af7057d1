"""Extraction: what stands in a file as text, for the filters. One file per kind of file.

It runs in a process beside the worker (`gateway.edge.media_child`) that a hostile file may end.
"""
