"""Settings and policy: their forms, how files are read, merged and checked, and their schemas."""
