from tests.exports.conftest import context, fields, frame, insee, sources, velos

__all__ = ["context", "fields", "frame", "insee", "sources", "velos"]
