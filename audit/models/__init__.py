"""The trail's tables as Django reads them; migrations make them, the database alone guards them."""

from audit.models.entries import Entry, Pending
from audit.models.exporting import ExportJob
from audit.models.leaving import Pruning, Redaction
from audit.models.tree import Anchor, Seal, SealingKey, Tile, TreeLeaf, Watch

__all__ = ["Anchor", "Entry", "ExportJob", "Pending", "Pruning", "Redaction", "Seal", "SealingKey", "Tile", "TreeLeaf", "Watch"]
