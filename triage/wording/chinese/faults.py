"""Findings about rule files."""

CHINESE: dict[str, tuple[str, str]] = {
    "{file} is missing": ("缺少 {file}", "缺少 {file}"),
}
