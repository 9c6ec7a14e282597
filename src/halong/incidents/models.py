"""From alert to all-clear: incidents, playbooks, operating stage, reviews."""
