"""The operating stage of the province, and disaster-risk levels that readings suggest."""
