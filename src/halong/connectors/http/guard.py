"""Which addresses may be fetched: none of the machine itself or of the network it stands in, unless so set."""
