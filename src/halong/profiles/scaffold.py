"""Starting another province's profile: a folder of documented, empty files, which are those of ``blank``."""

from pathlib import Path

from halong.profiles.description import BUILT_IN

BLANK = BUILT_IN / "blank"
NAME = "PROVINCE"  # what the blank files call the province


def write_scaffold(folder: Path, name: str) -> list[str]:
    """Write the files of an empty profile; those that exist are left alone. Returns the names of the new
    ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    new = [file for file in sorted(BLANK.iterdir()) if not (folder / file.name).exists()]
    for file in new:
        text = file.read_text(encoding="utf-8").replace(NAME, name)
        (folder / file.name).write_text(text, encoding="utf-8")
    return [file.name for file in new]
