"""The studio as real processes, killed again and again in the midst of everything; afterwards it is held to account."""
