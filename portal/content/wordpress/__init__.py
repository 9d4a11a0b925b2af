"""Reading WordPress exports (WXR). ``reader.read`` is the door; ``documents`` its result."""
