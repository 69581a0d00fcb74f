"""Constants that several rooms use."""

from typing import Final

#: What is near: at most so far from an outline, as the crow flies, where nobody chose another distance.
PROXIMITY_M: Final = 300
#: Status of the brownfields that nobody checked, in the words of their producer.
UNCHECKED: Final = "friche potentielle"
#: Box of metropolitan France, in degrees: west, south, east and north.
FRANCE: Final = (-5.5, 41.0, 10.0, 51.5)
