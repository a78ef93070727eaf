"""Delimited text: from bytes of unknown dialect to clean columns."""
