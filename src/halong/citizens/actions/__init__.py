"""Every change to reports, suggestions, notices of services and personal data; one module a subject."""
