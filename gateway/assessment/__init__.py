"""The security assessment of GB/T 45654-2025: asks a running gateway, counts, and proves what was
counted. A client of the gateway like any other; nothing of the data plane knows it."""
