"""French words without accents nor capitals: `loaders.folding`, for those who write files."""

from loaders.folding import fold, slug

__all__ = ["fold", "slug"]
