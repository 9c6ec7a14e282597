"""The morning briefing: gathered at seven, read as a page and as two sheets of paper, sent on to others."""
