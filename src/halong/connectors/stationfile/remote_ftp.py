"""Looking through the folders of an FTP server for new station files."""
