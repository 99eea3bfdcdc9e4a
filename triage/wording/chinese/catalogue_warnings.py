"""The catalogue of warnings: what sound rule files say without meaning to."""

CHINESE: dict[str, tuple[str, str]] = {
    "What the rules say without meaning to": ("規則無意中的問題（警告）", "规则无意中的问题（警告）"),
    "a rule whose condition can never hold": ("規則的條件永遠不成立", "规则的条件永远不成立"),
    "the message names the tests that exclude each other": (
        "訊息會列出互相排斥的測試",
        "提示会列出互相排斥的测试",
    ),
    "a policy whose `applies_when` can never hold; a tag or team that no rule gives counts as never there": (
        "時限政策的 `applies_when` 永遠不成立；沒有規則給出的標籤或小組視為不存在",
        "时限政策的 `applies_when` 永远不成立；没有规则给出的标签或小组视为不存在",
    ),
    "a clock that waits for an event under a condition that no such event can meet": (
        "計時等待的事件附有條件，而這種事件不可能符合",
        "计时等待的事件附有条件，而这种事件不可能符合",
    ),
    "an item of `any` that can never hold where it stands": (
        "`any` 裡的一項在它的位置上永遠不成立",
        "`any` 里的一项在它的位置上永远不成立",
    ),
    "correct it or take it out": ("請更正或刪除", "请更正或删除"),
    "an item of `any` that holds only when another item does": (
        "`any` 裡的一項只在另一項成立時才成立",
        "`any` 里的一项只在另一项成立时才成立",
    ),
    "take it out, or make it wider": ("請刪除，或放寬其範圍", "请删除，或放宽其范围"),
    "a rule that fires exactly when another does and asks for the same": (
        "兩條規則的觸發條件和處理要求完全相同",
        "两条规则的触发条件和处理要求完全相同",
    ),
    "a rule that asks for nothing but what the named rules ask for whenever it fires": (
        "規則觸發時，訊息列出的規則必然觸發，且已提出它的全部要求",
        "规则触发时，提示列出的规则必然触发，且已提出它的全部要求",
    ),
    "a row of a table with `hit: first` for which the named rows before it leave nothing": (
        "`hit: first` 的表裡，前面的行已涵蓋這一行的所有情形",
        "`hit: first` 的表里，前面的行已涵盖这一行的所有情形",
    ),
    "a rule whose department always loses, because a wider rule names one that stands first": (
        "規則指定的部門永遠不會主責：範圍更寬的規則指定了排序在前的部門",
        "规则指定的部门永远不会主责：范围更宽的规则指定了排序在前的部门",
    ),
    "make the wider rule leave these cases out, or change the order of departments": (
        "請讓較寬的規則排除這些案件，或調整部門的先後順序",
        "请让较宽的规则排除这些案件，或调整部门的先后顺序",
    ),
    "two rules that divide one fact between them, name different departments, and whose parts overlap; the"
    " message shows facts for which both fire": (
        "兩條規則依同一事實劃分、指定不同部門，取值卻有重疊；訊息會給出同時觸發兩者的例子",
        "两条规则按同一事实划分、指定不同部门，取值却有重叠；提示会给出同时触发两者的例子",
    ),
    "part them, if it is not meant": ("若非本意，請將其分開", "若非本意，请将其分开"),
    "causes, lines of business or channels for which only the fallback answers when nothing else is known": (
        "某些原因、險種或管道在別無所知時沒有規則指定部門，只能由兜底處理",
        "某些原因、险种或渠道在别无所知时没有规则指定部门，只能由兜底处理",
    ),
    "write a rule, or an example that gives the value alone and expects `fallback: true`": (
        "請新增規則；若屬有意，請寫一個只給出該值並期望 `fallback: true` 的例子",
        "请新增规则；若属有意，请写一个只给出该值并期望 `fallback: true` 的例子",
    ),
    "a fact, term list, ladder, department, team or role that nothing uses": (
        "沒有用到的事實、詞表、升級通報階梯、部門、小組或角色",
        "没有用到的事实、词表、升级通报阶梯、部门、小组或角色",
    ),
    "a policy that is on and that only disabled rules name, so that no new case gets its clocks": (
        "政策已啟用，但只有停用的規則引用它，因此新案件不會得到它的時鐘",
        "政策已启用，但只有停用的规则引用它，因此新案件不会得到它的时钟",
    ),
    "name it in a rule that is on, or set `status: disabled`": (
        "請在啟用的規則中引用它，或設定 `status: disabled`",
        "请在启用的规则中引用它，或设置 `status: disabled`",
    ),
    "a term that holds another term of its list: wherever it stands, that one has hit already": (
        "詞裡已含同一詞表的另一個詞：它出現之處，那個詞必已命中",
        "词里已含同一词表的另一个词：它出现之处，那个词必已命中",
    ),
    "a term which, as the whole text, makes rules of different departments fire": (
        "單獨作為全文就會觸發不同部門規則的詞",
        "单独作为全文就会触发不同部门规则的词",
    ),
    "keep it in one of the lists": ("請只在一個詞表中保留", "请只在一个词表中保留"),
    "a rule, table or policy that ends within the days of `--ending`": (
        "規則、表或時限政策將在 `--ending` 的天數內失效",
        "规则、表或时限政策将在 `--ending` 的天数内失效",
    ),
    "prepare what follows it": ("請準備接續的內容", "请准备接续的内容"),
    "a rule, table or policy whose last day has passed": (
        "規則、表或時限政策已過最後一天",
        "规则、表或时限政策已过最后一天",
    ),
    "take it out, or set `status: disabled`": (
        "請刪除，或設 `status: disabled`",
        "请删除，或设 `status: disabled`",
    ),
    "with `--stale`: a source that was not reviewed for so many days, or a verified one without a date of review": (
        "使用 `--stale` 時：依據超過指定天數未審閱，或已核實原文卻沒有審閱日期",
        "使用 `--stale` 时：依据超过指定天数未审阅，或已核实原文却没有审阅日期",
    ),
    "read it again and set `reviewed`": ("請重新審閱原文並填寫 `reviewed`", "请重新审阅原文并填写 `reviewed`"),
}
"""English template to traditional and simplified Chinese."""
