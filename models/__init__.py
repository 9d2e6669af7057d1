"""Models: text in, scores or words out. Nothing here knows of anything else in this program."""
