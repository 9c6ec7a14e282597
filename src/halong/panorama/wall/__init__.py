"""The wall of the operations room: layouts of tiles, their editor, the full-screen page."""
