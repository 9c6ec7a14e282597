"""iCalendar (RFC 5545) in and out, without the database."""
