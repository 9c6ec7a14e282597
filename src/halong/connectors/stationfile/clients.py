"""Station files that we fetch ourselves: from a folder, from somebody's FTP server, from somebody's SFTP server."""
