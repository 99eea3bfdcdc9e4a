"""What `triage check` counts."""

CHINESE: dict[str, tuple[str, str]] = {
    "no faults": ("沒有錯誤", "没有错误"),
    "1 fault": ("1 個錯誤", "1 个错误"),
    "{count} faults": ("{count} 個錯誤", "{count} 个错误"),
    "1 warning": ("1 個警告", "1 个警告"),
    "{count} warnings": ("{count} 個警告", "{count} 个警告"),
    "{faults}, {warnings}": ("{faults}，{warnings}", "{faults}，{warnings}"),
}
