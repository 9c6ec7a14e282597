"""From alert to all-clear: incidents, playbooks, operating stage, reviews; see docs/architecture.md."""
