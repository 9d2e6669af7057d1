"""The implicit label of documents, at the place that the guide fixes for each format."""

from gateway.marks.document_metadata.mark import DocumentMetadata

__all__ = ["DocumentMetadata"]
