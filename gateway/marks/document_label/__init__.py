"""The visible label of documents: words that a reader of the document surely meets."""

from gateway.marks.document_label.mark import DocumentLabel

__all__ = ["DocumentLabel"]
