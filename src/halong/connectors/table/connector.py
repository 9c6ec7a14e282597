"""Tables that a person uploads: CSV and XLSX with a column mapper."""
