"""What humans made of the rules, the health of the rules, and texts that are tried."""

CHINESE: dict[str, tuple[str, str]] = {
    "complaints decided: {cases}; humans spoke of {spoken} of them": (
        "共 {cases} 件投訴已有判定，其中 {spoken} 件經人工表示意見",
        "共 {cases} 件投诉已有判定，其中 {spoken} 件经人工表示意见",
    ),
    "complaints left out, because a decision cannot be read: {cases}": (
        "有 {cases} 件投訴的判定無法讀取，未計入",
        "有 {cases} 件投诉的判定无法读取，未计入",
    ),
    "rules of which nobody said anything: {rules}": (
        "另有 {rules} 條規則，無人表示意見",
        "另有 {rules} 条规则，无人表示意见",
    ),
    "fallback: no rule decided": ("fallback：沒有規則作出判定", "fallback：没有规则作出判定"),
    "other: rules of a revision that is not in the store any more": (
        "other：所屬版本已不在資料庫中的規則",
        "other：所属版本已不在数据库中的规则",
    ),
    "{rule}: no longer among the rules": ("{rule}：現行規則中已無此條", "{rule}：现行规则中已无此条"),
    "{rule}: {title}": ("{rule}：{title}", "{rule}：{title}"),
    "{field}: decided {decided}, confirmed {confirmed}, changed {changed} ({share} %), given back {given_back}": (
        "{field}：判定 {decided} 件，人工確認 {confirmed}、更改 {changed}（{share} %）、交回規則 {given_back}",
        "{field}：判定 {decided} 件，人工确认 {confirmed}、更改 {changed}（{share} %）、交回规则 {given_back}",
    ),
    "{changes}; latest: {cases}": ("{changes}；最近的案件：{cases}", "{changes}；最近的案件：{cases}"),
    "sent to {department}: {cases}; causes: {causes}; term lists: {terms}": (
        "轉至 {department}：{cases} 件；投訴原因：{causes}；命中詞表：{terms}",
        "转至 {department}：{cases} 件；投诉原因：{causes}；命中词表：{terms}",
    ),
    "looked at since {since}: complaints received {complaints}; texts erased {erased}": (
        "檢視自 {since} 起：受理投訴 {complaints} 件；已刪除內容 {erased} 則",
        "检视自 {since} 起：受理投诉 {complaints} 件；已删除内容 {erased} 条",
    ),
    "nothing to do": ("沒有需要處理的事項", "没有需要处理的事项"),
    "{rule} fired in no decision since {since}": (
        "規則 {rule} 自 {since} 起未在任何判定中生效",
        "规则 {rule} 自 {since} 起未在任何判定中生效",
    ),
    "ask whether it is still needed; try it with a case that it was written for (triage try)": (
        "確認是否仍需此規則；以當初針對的案例試跑（triage try）",
        "确认是否仍需此规则；以当初针对的案例试跑（triage try）",
    ),
    "{list}: {count} of {all} terms counted in no text since {since}: {terms}": (
        "詞表 {list}：{all} 個詞語中有 {count} 個自 {since} 起未命中任何內容：{terms}",
        "词表 {list}：{all} 个词语中有 {count} 个自 {since} 起未命中任何内容：{terms}",
    ),
    "look up how customers say it, and write that instead or beside it": (
        "查看客戶實際的說法，據以改寫或補充",
        "查看客户实际的说法，据以改写或补充",
    ),
    "{list}: not_terms kept hits from counting: {saves}": (
        "詞表 {list}：not_terms 排除了誤命中：{saves}",
        "词表 {list}：not_terms 排除了误命中：{saves}",
    ),
    "{list}: not_terms that saved no hit since {since}: {terms}": (
        "詞表 {list}：自 {since} 起未排除任何命中的 not_terms：{terms}",
        "词表 {list}：自 {since} 起未排除任何命中的 not_terms：{terms}",
    ),
    "keep what a customer may still write, take out the rest": (
        "保留客戶仍可能寫到的，其餘刪去",
        "保留客户仍可能写到的，其余删去",
    ),
    "calendar {calendar}: holidays are known until {until}": (
        "日曆 {calendar}：假日資料僅至 {until}",
        "日历 {calendar}：假日数据仅至 {until}",
    ),
    "enter the next year's holidays; deadlines counted beyond are provisional until then": (
        "請補入下一年度假日；在此之前，超出日期的期限都只是暫定",
        "请补入下一年度假日；在此之前，超出日期的期限都只是暂定",
    ),
    "{subject} is in force until {until}": ("{subject} 的有效期至 {until}", "{subject} 的有效期至 {until}"),
    "move effective.to, write what follows it, or set status: disabled": (
        "延後 effective.to、寫好接續的規則，或停用（status: disabled）",
        "延后 effective.to、写好接续的规则，或停用（status: disabled）",
    ),
    "no complaint was received since {since}": ("自 {since} 起沒有受理任何投訴", "自 {since} 起没有受理任何投诉"),
    "look further back with --days, or ask whether this is the right store": (
        "以 --days 往前多看一些，或確認資料庫是否正確",
        "以 --days 往前多看一些，或确认数据库是否正确",
    ),
    "{clock}: cases in which it is paused for too long: {count}, {days} days at most ({cases})": (
        "時限 {clock}：暫停過久的案件 {count} 件，最長 {days} 天（{cases}）",
        "时限 {clock}：暂停过久的案件 {count} 件，最长 {days} 天（{cases}）",
    ),
    "ask whether the reason still holds, else resume": (
        "確認暫停事由是否仍存在，否則恢復計算",
        "确认暂停事由是否仍存在，否则恢复计算",
    ),
    "cases that nobody has registered for more than {days} days: {count} ({cases})": (
        "逾 {days} 天仍未登記的案件：{count} 件（{cases}）",
        "超过 {days} 天仍未登记的案件：{count} 件（{cases}）",
    ),
    "ask the system that sends registrations; until then the case has no data to decide by": (
        "請向發送登記的系統查詢；在此之前，案件沒有可供判定的資料",
        "请向发送登记的系统查询；在此之前，案件没有可供判定的数据",
    ),
    "open cases without an owner: {count} ({cases})": (
        "沒有負責人的未結案件：{count} 件（{cases}）",
        "没有负责人的未结案件：{count} 件（{cases}）",
    ),
    "nobody is told of their deadlines: assign a person at once": (
        "期限將無人收到通知：請立即指派人員",
        "期限将无人收到通知：请立即指派人员",
    ),
    "{department}: open cases that for more than {days} days only the person on duty owns: {count} ({cases})": (
        "{department}：逾 {days} 天仍只有值班人員負責的未結案件：{count} 件（{cases}）",
        "{department}：超过 {days} 天仍只有值班人员负责的未结案件：{count} 件（{cases}）",
    ),
    "assign a person to each": ("請逐件指派人員", "请逐件指派人员"),
    "no term list is hit": ("沒有命中任何詞表", "没有命中任何词表"),
    "term": ("詞語", "词语"),
    "as written": ("原文", "原文"),
    "script": ("字體", "字体"),
    "saved by": ("被排除於", "被排除于"),
    "traditional": ("繁體", "繁体"),
    "simplified": ("簡體", "简体"),
    "either script": ("繁簡同形", "繁简同形"),
    "Latin": ("拉丁字母", "拉丁字母"),
    "priority {priority}, department {department}, team {team}, handler {handler}": (
        "優先級 {priority}，部門 {department}，小組 {team}，經辦 {handler}",
        "优先级 {priority}，部门 {department}，小组 {team}，经办 {handler}",
    ),
    "priority {priority}, department {department}, team {team}, handler {handler} "
    "(fallback: no rule names a department)": (
        "優先級 {priority}，部門 {department}，小組 {team}，經辦 {handler}（預設：沒有規則指定部門）",
        "优先级 {priority}，部门 {department}，小组 {team}，经办 {handler}（默认：没有规则指定部门）",
    ),
    "because {title} ({rule})": ("依據：{title}（{rule}）", "依据：{title}（{rule}）"),
    "and {more} more came near": ("另有 {more} 條規則接近命中", "另有 {more} 条规则接近命中"),
    "near: {title} ({rule}); it would need {lacks}": (
        "接近：{title}（{rule}）；尚需符合 {lacks}",
        "接近：{title}（{rule}）；尚需符合 {lacks}",
    ),
    "not {test}": ("不得有 {test}", "不得有 {test}"),
    "{test}": ("{test}", "{test}"),
    " or ": (" 或 ", " 或 "),
    "the same in the {script} script: {text}": ("以{script}書寫，結果相同：{text}", "以{script}书写，结果相同：{text}"),
    "decided OTHERWISE in the {script} script: {text}": (
        "以{script}書寫，結果不同：{text}",
        "以{script}书写，结果不同：{text}",
    ),
    "{priority}, {department}, {handler}; term lists: {lists}; rules: {rules}": (
        "{priority}，{department}，{handler}；詞表：{lists}；規則：{rules}",
        "{priority}，{department}，{handler}；词表：{lists}；规则：{rules}",
    ),
}
