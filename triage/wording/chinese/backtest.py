"""Reports of backtests."""

CHINESE: dict[str, tuple[str, str]] = {
    "{complaints} complaints, {decided} decided by a rule or a human": (
        "共 {complaints} 件投訴，其中 {decided} 件由規則或人工指定部門",
        "共 {complaints} 件投诉，其中 {decided} 件由规则或人工指定部门",
    ),
    "by {rule}": ("因 {rule}", "因 {rule}"),
    "clocks {outcome}": ("時限{outcome}", "时限{outcome}"),
    "{number} {how}": ("{number} 件{how}", "{number} 件{how}"),
    "deadlines of {clock}: {moves}": ("{clock} 的期限：{moves}", "{clock} 的期限：{moves}"),
    "{number} more lines could not be read": ("另有 {number} 行無法讀取", "另有 {number} 行无法读取"),
    "a statutory deadline moves later for {number} complaints: refused, unless --accept says why": (
        "有 {number} 件投訴的法定期限延後：不予通過，除非以 --accept 說明理由",
        "有 {number} 件投诉的法定期限延后：不予通过，除非以 --accept 说明理由",
    ),
    "Backtest": ("規則回溯測試", "规则回溯测试"),
    "Decisions": ("分案結果", "分案结果"),
    "Priority": ("優先級", "优先级"),
    "Department": ("部門", "部门"),
    "Handler": ("經辦類型", "经办类型"),
    "Changed rules, and rules that fire otherwise": (
        "變更的規則，以及因此結果不同的規則", "变更的规则，以及因此结果不同的规则",
    ),
    "Rule": ("規則", "规则"),
    "Rules": ("規則", "规则"),
    "What changed": ("變更內容", "变更内容"),
    "Complaints": ("投訴件數", "投诉件数"),
    "Changed decisions, from row to column": ("分案結果的變動（由列至欄）", "分案结果的变动（由行至列）"),
    "from ↓ to →": ("原 ↓ 新 →", "原 ↓ 新 →"),
    "Changed deadlines": ("期限的變動", "期限的变动"),
    "Clock": ("時限", "时限"),
    "earlier": ("提前", "提前"),
    "later": ("延後", "延后"),
    "new": ("新增", "新增"),
    "gone": ("不再計算", "不再计算"),
    "statutory, later or gone": ("法定期限延後或不再計算", "法定期限延后或不再计算"),
    "Moved by whole days:": ("變動的整日數：", "变动的整日数："),
    "In time and late, by clock": ("各時限的如期與逾期件數", "各时限的如期与逾期件数"),
    "Workload: complaints received in a week, by department": (
        "工作量：各部門每週受理件數", "工作量：各部门每周受理件数",
    ),
    "at most": ("最多", "最多"),
    "Changed complaints, the first of them": ("結果變動的投訴（前若干件）", "结果变动的投诉（前若干件）"),
    "Case": ("案件", "案件"),
    "Before (B)": ("原規則（B）", "原规则（B）"),
    "After (A)": ("新規則（A）", "新规则（A）"),
    "in time": ("如期", "如期"),
    "late": ("逾期完成", "逾期完成"),
    "open and overdue": ("逾期未結", "逾期未结"),
    "due {after} instead of {before}, earlier": ("期限由 {before} 提前至 {after}", "期限由 {before} 提前至 {after}"),
    "due {after} instead of {before}, later": ("期限由 {before} 延後至 {after}", "期限由 {before} 延后至 {after}"),
    "new, due {after}": ("新增，期限 {after}", "新增，期限 {after}"),
    "gone, was due {before}": ("不再計算，原期限 {before}", "不再计算，原期限 {before}"),
    "due as before, ends as {after} instead of {before}": (
        "期限不變，原狀態 {before}，現 {after}", "期限不变，原状态 {before}，现 {after}",
    ),
    "Complaints received in {span}; {events} events.": (
        "受理期間 {span}，共 {events} 筆事件。", "受理期间 {span}，共 {events} 条事件。",
    ),
    "A, proposed: {name} {revision}": ("A 新規則：{name} {revision}", "A 新规则：{name} {revision}"),
    "B, compared with: {name} {revision}": ("B 對照規則：{name} {revision}", "B 对照规则：{name} {revision}"),
    "{number} lines could not be read and are left out.": (
        "有 {number} 行無法讀取，未列入計算。", "有 {number} 行无法读取，未列入计算。",
    ),
    "{complaints} complaints under one rulebook": (
        "單一規則下的 {complaints} 件投訴", "单一规则下的 {complaints} 件投诉",
    ),
    "{changed} of {complaints} complaints change": (
        "{complaints} 件投訴中有 {changed} 件結果不同", "{complaints} 件投诉中有 {changed} 件结果不同",
    ),
    "No statutory deadline moves later.": ("沒有法定期限延後。", "没有法定期限延后。"),
    "Statutory deadlines move later for {number} complaints: accepted, {reason}": (
        "有 {number} 件投訴的法定期限延後：已核可，理由：{reason}",
        "有 {number} 件投诉的法定期限延后：已核准，理由：{reason}",
    ),
    "Statutory deadlines move later for {number} complaints: refused": (
        "有 {number} 件投訴的法定期限延後：不予通過", "有 {number} 件投诉的法定期限延后：不予通过",
    ),
    "not a rule: policies, calendars, or the order and words of the rulebook": (
        "並非規則：時限政策、日曆，或規則手冊的順序與用語", "并非规则：时限政策、日历，或规则手册的顺序与用语",
    ),
    "itself unchanged: fires otherwise because of other changes": (
        "規則本身未變更，因其他變更而適用結果不同", "规则本身未变更，因其他变更而适用结果不同",
    ),
    "taken out": ("已刪除", "已删除"),
}  # fmt: skip
