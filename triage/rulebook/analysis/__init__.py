"""What a sound rulebook says without meaning to: rules that never fire, that say nothing new, that disagree.

A condition is seen as a union of boxes; a box says of each fact which values it may have. Everything here is exact
or silent: where a condition has too many boxes, nothing is said about it.
"""
