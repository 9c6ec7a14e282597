"""The steps of a playbook as they run in an incident: by people, by the clock, by Halong itself."""
