"""Looking through the folders of an SFTP server for new station files."""
