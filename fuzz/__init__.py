"""Dirty sources made from a table whose least-squares solution is known: reta is right, or it refuses in one line."""
