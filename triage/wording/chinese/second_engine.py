"""What is said about the second engine."""

CHINESE: dict[str, tuple[str, str]] = {
    "it compares with a number of more than 15 digits": ("其中比較的數字超過 15 位", "其中比较的数字超过 15 位"),
    "it has more than {most} groups of all and any": (
        "其中 all 與 any 的組合超過 {most} 個",
        "其中 all 与 any 的组合超过 {most} 个",
    ),
    "more than {most} of its alternatives may hold at once": (
        "其中可能同時成立的選項超過 {most} 個",
        "其中可能同时成立的选项超过 {most} 个",
    ),
    "it has more tests side by side than the second engine holds": (
        "其中並列的條件超過第二引擎的容量",
        "其中并列的条件超过第二引擎的容量",
    ),
    "rule {rule} is decided by the first engine alone: {why}": (
        "規則 {rule} 只由第一引擎判定：{why}",
        "规则 {rule} 只由第一引擎判定：{why}",
    ),
    "a rule that the second engine cannot take: more than 14 groups of `all` and `any`, more than 60 alternatives "
    "that may hold at once, or a number of more than 15 digits (a warning)": (
        "第二引擎無法處理的規則：`all` 與 `any` 的組合超過 14 個、可能同時成立的選項超過 60 個，"
        "或數字超過 15 位（警告）",
        "第二引擎无法处理的规则：`all` 与 `any` 的组合超过 14 个、可能同时成立的选项超过 60 个，"
        "或数字超过 15 位（警告）",
    ),
    "split it into several rules with the same `then`, or leave it: the first engine decides it alone": (
        "請拆成數條 `then` 相同的規則，或保持原狀：由第一引擎單獨判定",
        "请拆成数条 `then` 相同的规则，或保持原状：由第一引擎单独判定",
    ),
    "split it into several rules with the same `then`": (
        "請拆成數條 `then` 相同的規則",
        "请拆成数条 `then` 相同的规则",
    ),
}
