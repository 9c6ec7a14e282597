"""The forms of the editor of playbooks."""
