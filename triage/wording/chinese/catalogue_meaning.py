"""The catalogue of faults: what rules, term lists, policies and calendars mean."""

CHINESE: dict[str, tuple[str, str]] = {
    "take one out": ("請刪掉一個", "请删掉一个"),
    "a test that does not fit the type of the fact": ("測試不適用於這種事實", "测试不适用于这种事实"),
    "see the tests by type in the guide to writing rules": (
        "各類事實可用的測試見規則撰寫指南",
        "各类事实可用的测试见规则撰写指南",
    ),
    "a source graded `from-memory` on something that is in force": (
        "生效中的規則或政策，依據卻標為 `from-memory`（憑記憶）",
        "生效中的规则或政策，依据却标为 `from-memory`（凭记忆）",
    ),
    "read the text and grade it, or set `status: disabled`": (
        "請查閱原文並標明等級，或設 `status: disabled`",
        "请查阅原文并标明等级，或设 `status: disabled`",
    ),
    "a rule names a team but no department": ("規則指定了小組，卻沒有指定部門", "规则指定了小组，却没有指定部门"),
    "an entry of `not_terms` that holds no term of its list": (
        "`not_terms` 裡的一項不含詞表裡的任何詞",
        "`not_terms` 里的一项不含词表里的任何词",
    ),
    "it can never matter: take it out or correct it": (
        "它永遠不會起作用：請刪掉或更正",
        "它永远不会起作用：请删掉或更正",
    ),
    "an entry of `not_terms` that is a term of its list": (
        "`not_terms` 裡的一項本身就是詞表裡的詞",
        "`not_terms` 里的一项本身就是词表里的词",
    ),
    "keep it in one of them": ("請只留在其中一處", "请只留在其中一处"),
    "an example of a rule, table, term list or policy does not hold, or is missing": (
        "規則、決策表、詞表或時限政策的例子不成立，或缺少例子",
        "规则、决策表、词表或时限政策的例子不成立，或缺少例子",
    ),
    "the message says what came instead: correct the rule, or the example when the rule is meant so": (
        "訊息會說明實際結果：請更正規則；若規則本意如此，請更正例子",
        "提示会说明实际结果：请更正规则；若规则本意如此，请更正例子",
    ),
    "a folder under `packs/` that rulebook.yaml does not list (a warning)": (
        "`packs/` 之下有 rulebook.yaml 沒有列出的資料夾（警告）",
        "`packs/` 之下有 rulebook.yaml 没有列出的文件夹（警告）",
    ),
    "list it under `packs`, or take the folder out": (
        "請在 `packs` 列出，或移除這個資料夾",
        "请在 `packs` 列出，或移除这个文件夹",
    ),
    "a policy that no rule names and that has no `applies_when`": (
        "時限政策沒有任何規則指定，也沒有 `applies_when`",
        "时限政策没有任何规则指定，也没有 `applies_when`",
    ),
    "write `applies_when: always`, or name it in a rule": (
        "請寫 `applies_when: always`，或在規則裡指定它",
        "请写 `applies_when: always`，或在规则里指定它",
    ),
    "a clock whose start also stops or cancels it": (
        "讓計時開始的事件同時也讓它停止或取消",
        "让计时开始的事件同时也让它停止或取消",
    ),
    "choose another event, or add `when`": ("請換一個事件，或加上 `when`", "请换一个事件，或加上 `when`"),
    "a clock that a pause starts and that a pause may hold at once": (
        "由暫停開始的計時，又會被同一個暫停停住",
        "由暂停开始的计时，又会被同一个暂停停住",
    ),
    "take `pause` out, or start it with a pause of another reason: `when: {{reason: …}}`": (
        "請刪掉 `pause`，或改由其他事由的暫停開始：`when: {{reason: …}}`",
        "请删掉 `pause`，或改由其他事由的暂停开始：`when: {{reason: …}}`",
    ),
    "clocks that wait for each other": ("計時互相等待", "计时互相等待"),
    "the message names them: let one of them start or end by an event": (
        "訊息會列出是哪些：請讓其中一個由事件開始或結束",
        "提示会列出是哪些：请让其中一个由事件开始或结束",
    ),
    "`start_day`, `due` or `roll_forward` on a clock whose limit is in hours": (
        "時限以小時計的計時用了 `start_day`、`due` 或 `roll_forward`",
        "时限以小时计的计时用了 `start_day`、`due` 或 `roll_forward`",
    ),
    "take it out: hours are exact to the second": ("請刪掉：小時計算精確到秒", "请删掉：小时计算精确到秒"),
    "`reset` on a clock that does not recur": ("不重複的計時用了 `reset`", "不重复的计时用了 `reset`"),
    "write `every` instead of `limit`, or `restart` instead of `reset`": (
        "請把 `limit` 改成 `every`，或把 `reset` 改成 `restart`",
        "请把 `limit` 改成 `every`，或把 `reset` 改成 `restart`",
    ),
    "a recurring clock that counts from its start's own date, or closes before it began": (
        "重複的計時從開始當日起算，或在開始之前就截止",
        "重复的计时从开始当日起算，或在开始之前就截止",
    ),
    "take `start_day` or `due` out, or count in working days": (
        "請刪掉 `start_day` 或 `due`，或改以工作日計",
        "请删掉 `start_day` 或 `due`，或改以工作日计",
    ),
    "`from` on an extension that has no `add`": (
        "延長期限沒有 `add`，卻寫了 `from`",
        "延长期限没有 `add`，却写了 `from`",
    ),
    "`to` always counts from the start: take `from` out": (
        "`to` 一律從開始時起算：請刪掉 `from`",
        "`to` 一律从开始时起算：请删掉 `from`",
    ),
    "an extension that is no longer than the limit itself": (
        "延長後的期限沒有比原本的時限長",
        "延长后的期限没有比原本的时限长",
    ),
    "it would never move anything: write the new total": (
        "這樣不會延長任何期限：請寫延長後的總期限",
        "这样不会延长任何期限：请写延长后的总期限",
    ),
    "a warning, escalation or reminder of a clock that counts against the customer or the regulator": (
        "約束客戶或監管機關的計時設了預警、升級通報或提醒",
        "约束客户或监管机构的计时设了预警、升级通报或提醒",
    ),
    "such clocks never alert: take `warn`, `escalate` or `remind` out": (
        "這類計時不會發出通報：請刪掉 `warn`、`escalate` 或 `remind`",
        "这类计时不会发出通报：请删掉 `warn`、`escalate` 或 `remind`",
    ),
    "a warning above 100 percent": ("預警超過百分之百", "预警超过百分之百"),
    "write it under `escalate`": ("請寫在 `escalate` 之下", "请写在 `escalate` 之下"),
    "a warning further ahead than the limit is long": ("預警的提前量比時限本身還長", "预警的提前量比时限本身还长"),
    "shorten it": ("請縮短", "请缩短"),
    "two steps of a clock with the same words": ("同一個計時有兩個寫法相同的步驟", "同一个计时有两个写法相同的步骤"),
    "a department without a person for a role that a ladder speaks to": (
        "升級通報階梯要通知的角色，該部門沒有人員",
        "升级通报阶梯要通知的角色，该部门没有人员",
    ),
    "add the person under the department's `escalation`": (
        "請在該部門的 `escalation` 補上人員",
        "请在该部门的 `escalation` 补上人员",
    ),
    "opening hours that overlap or stand in the wrong order": ("營業時間重疊或順序不對", "营业时间重叠或顺序不对"),
    "put them in order; `24:00` is written `00:00`": (
        "請依序排列；`24:00` 要寫成 `00:00`",
        "请依序排列；`24:00` 要写成 `00:00`",
    ),
    "a calendar or working date without opening hours": ("日曆或上班日沒有營業時間", "日历或上班日没有营业时间"),
    "give it hours": ("請填入時間", "请填入时间"),
    "a date under both `closed` and `open`": (
        "同一個日期既在 `closed` 又在 `open` 之下",
        "同一个日期既在 `closed` 又在 `open` 之下",
    ),
    "calendar entries outside `known_from` to `known_until` (a warning)": (
        "日曆項目不在 `known_from` 到 `known_until` 之間（警告）",
        "日历项目不在 `known_from` 到 `known_until` 之间（警告）",
    ),
    "move `known_until` once the year is complete": (
        "該年度資料齊全後，請調整 `known_until`",
        "该年度数据齐全后，请调整 `known_until`",
    ),
}
