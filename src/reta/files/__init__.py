"""Files: written whole or not at all, and JSON that is read only where its size is modest."""

from reta.files.atomic import atomic_write
from reta.files.modest_json import MOST_VALUES, too_many_values

__all__ = ["MOST_VALUES", "atomic_write", "too_many_values"]
