"""The filters: each judges text and gives findings. Siblings never know each other."""
