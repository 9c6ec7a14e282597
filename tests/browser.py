"""Debian's Chromium, with WebGL drawn in software."""

FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": FLAGS}
