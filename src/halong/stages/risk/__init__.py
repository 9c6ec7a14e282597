"""Levels of disaster risk after QĐ 18/2021/QĐ-TTg: tables as dated data, pure functions over them. Suggestions only."""
