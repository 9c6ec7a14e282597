"""Debian's Chromium, with WebGL drawn in software, and how long a page may take on a machine that does much beside it."""

from playwright.sync_api import expect

FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": FLAGS}

expect.set_options(timeout=15_000)  # how soon something is seen is for the bench
