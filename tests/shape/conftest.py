"""What the tests of this folder share."""

from tests.shape.scene import scene

__all__ = ["scene"]
