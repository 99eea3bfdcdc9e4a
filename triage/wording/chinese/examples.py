"""What `triage test` says."""

CHINESE: dict[str, tuple[str, str]] = {
    "fire": ("觸發", "触发"),
    "apply": ("適用", "适用"),
    "no example in which {test} makes {name} {verb}": (
        "沒有例子說明「{test}」使 {name} {verb}",
        "没有例子说明“{test}”使 {name} {verb}",
    ),
    "no example in which {name} can {verb} because not {test}": (
        "沒有例子說明因不符合「{test}」而 {name} 得以{verb}",
        "没有例子说明因不符合“{test}”而 {name} 得以{verb}",
    ),
    "no example in which {name} would {verb} but for {test}": (
        "沒有例子說明僅因「{test}」而 {name} 不{verb}",
        "没有例子说明仅因“{test}”而 {name} 不{verb}",
    ),
    "no example in which {name} would {verb} if only {test}": (
        "沒有例子說明僅因不符合「{test}」而 {name} 不{verb}",
        "没有例子说明仅因不符合“{test}”而 {name} 不{verb}",
    ),
    "no example fires {name}": ("沒有例子觸發 {name}", "没有例子触发 {name}"),
    "no sentence of {name} hits {term}": (
        "詞表 {name} 沒有例句命中「{term}」",
        "词表 {name} 没有例句命中“{term}”",
    ),
    "no sentence of {name} is saved by {term}": (
        "詞表 {name} 沒有例句因「{term}」而不算命中",
        "词表 {name} 没有例句因“{term}”而不算命中",
    ),
    "no example shows {clock} in time": ("沒有 {clock} 按時完成的例子", "没有 {clock} 按时完成的例子"),
    "no example shows {clock} breached": ("沒有 {clock} 逾期的例子", "没有 {clock} 逾期的例子"),
    "no example pauses {clock} for {reason}": (
        "沒有 {clock} 因 {reason} 暫停的例子",
        "没有 {clock} 因 {reason} 暂停的例子",
    ),
    "no example extends {clock} by {extension}": (
        "沒有 {clock} 延長（{extension}）的例子",
        "没有 {clock} 延长（{extension}）的例子",
    ),
    ": give {given}": ("：可給出 {given}", "：可给出 {given}"),
    "fires": ("有觸發", "有触发"),
    "never fires": ("從未觸發", "从未触发"),
    "does not fire": ("有不觸發", "有不触发"),
    "always fires": ("從無不觸發", "从无不触发"),
    "branches of rules": ("規則分支", "规则分支"),
    "branches of policies": ("時限政策分支", "时限政策分支"),
    "terms in sentences": ("例句用到的詞", "例句用到的词"),
    "no example found": ("沒有找到任何例子", "没有找到任何例子"),
    "{failed} of {number} examples fail": (
        "{number} 個例子中有 {failed} 個不成立",
        "{number} 个例子中有 {failed} 个不成立",
    ),
    "{shown} % of the branches are shown, less than {wanted} %": (
        "例子涵蓋 {shown} % 的分支，少於 {wanted} %",
        "例子涵盖 {shown} % 的分支，少于 {wanted} %",
    ),
    "{number} examples hold": ("{number} 個例子全部成立", "{number} 个例子全部成立"),
}
"""English template to traditional and simplified Chinese."""
