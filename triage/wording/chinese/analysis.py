"""What the analysis of a sound rulebook says."""

CHINESE: dict[str, tuple[str, str]] = {
    "{rule} can never fire: {why}": ("{rule} 永遠不會觸發：{why}", "{rule} 永远不会触发：{why}"),
    "{policy} can never apply: {why}": ("{policy} 永遠不會適用：{why}", "{policy} 永远不会适用：{why}"),
    "{clock} waits for {event} in vain: {why}": (
        "{clock} 永遠等不到符合條件的 {event}：{why}",
        "{clock} 永远等不到符合条件的 {event}：{why}",
    ),
    "{part} never holds": ("「{part}」永遠不成立", "“{part}”永远不成立"),
    "{parts} never hold together": ("以下條件不可能同時成立：{parts}", "以下条件不可能同时成立：{parts}"),
    "{part} in {name} can never hold: {why}": (
        "{name} 中的「{part}」永遠不成立：{why}",
        "{name} 中的“{part}”永远不成立：{why}",
    ),
    "{part} in {name} adds nothing: {other} holds whenever it does": (
        "{name} 中的「{part}」是多餘的：它成立時「{other}」必然成立",
        "{name} 中的“{part}”是多余的：它成立时“{other}”必然成立",
    ),
    "{rule} never makes {department} the owner: whenever it fires, {other} names {first}, which comes first": (
        "{rule} 永遠無法讓 {department} 主責：它觸發時 {other} 必然觸發，並指定排序在前的 {first}",
        "{rule} 永远无法让 {department} 主责：它触发时 {other} 必然触发，并指定排序在前的 {first}",
    ),
    "the order of departments in rulebook.yaml decides": (
        "由 rulebook.yaml 中部門的先後順序決定",
        "由 rulebook.yaml 中部门的先后顺序决定",
    ),
    "{rule} fires exactly when {other} does and asks for the same": (
        "{rule} 與 {other} 的觸發條件和處理要求完全相同",
        "{rule} 与 {other} 的触发条件和处理要求完全相同",
    ),
    "{rule} adds nothing: whenever it fires, {others} fire too and ask for as much": (
        "{rule} 沒有作用：它觸發時 {others} 必然觸發，且已提出同樣或更高的要求",
        "{rule} 没有作用：它触发时 {others} 必然触发，且已提出同样或更高的要求",
    ),
    "{rule} adds nothing: whenever it fires, {other} fires too and asks for as much": (
        "{rule} 沒有作用：它觸發時 {other} 必然觸發，且已提出同樣或更高的要求",
        "{rule} 没有作用：它触发时 {other} 必然触发，且已提出同样或更高的要求",
    ),
    "{row} is never reached: {others} come before it and leave nothing": (
        "{row} 永遠輪不到：前面的 {others} 已涵蓋所有情形",
        "{row} 永远轮不到：前面的 {others} 已涵盖所有情形",
    ),
    "move it up, or take it out": ("請上移或刪除", "请上移或删除"),
    "take it out, or make it ask for more": ("請刪除，或提高其要求", "请删除，或提高其要求"),
    "{rule} names {department}, {other} {second}; both can fire, and {winner} is the owner: for instance {given}": (
        "{rule} 指定 {department}，{other} 指定 {second}；兩者可能同時觸發，此時由 {winner} 主責，例如 {given}",
        "{rule} 指定 {department}，{other} 指定 {second}；两者可能同时触发，此时由 {winner} 主责，例如 {given}",
    ),
    "both look at {fact} and their values overlap: part them, if that is not meant": (
        "兩條規則都看 {fact}，取值有重疊；若非本意，請將其分開",
        "两条规则都看 {fact}，取值有重叠；若非本意，请将其分开",
    ),
    "no rule names a department when nothing but {fact} is known, of these values: {values}": (
        "只知道 {fact} 而取以下值時，沒有規則指定部門，只能由兜底處理：{values}",
        "只知道 {fact} 而取以下值时，没有规则指定部门，只能由兜底处理：{values}",
    ),
    "write a rule, or an example that gives one alone and expects fallback: true": (
        "請新增規則；若屬有意，請寫一個只給出該值並期望 fallback: true 的例子",
        "请新增规则；若属有意，请写一个只给出该值并期望 fallback: true 的例子",
    ),
    "no rule or policy tests the fact {name}": (
        "沒有規則或時限政策用到事實 {name}",
        "没有规则或时限政策用到事实 {name}",
    ),
    "no rule or policy asks for the term list {name}": (
        "沒有規則或時限政策用到詞表 {name}",
        "没有规则或时限政策用到词表 {name}",
    ),
    "no clock escalates by the ladder {name}": ("沒有計時使用升級通報階梯 {name}", "没有计时使用升级通报阶梯 {name}"),
    "no rule names the department {name}": ("沒有規則指定部門 {name}", "没有规则指定部门 {name}"),
    "no rule names the team {team} of {department}": (
        "沒有規則指定 {department} 的小組 {team}",
        "没有规则指定 {department} 的小组 {team}",
    ),
    "no escalation or approval speaks to the role {name}": (
        "沒有升級或核准用到角色 {name}",
        "没有升级或审批用到角色 {name}",
    ),
    "name it in a rule that is on, or set status: disabled": (
        "請在啟用的規則中引用它，或設定 status: disabled",
        "请在启用的规则中引用它，或设置 status: disabled",
    ),
    "only disabled rules name the policy {name}: no new case gets its clocks": (
        "只有停用的規則引用政策 {name}：新案件不會得到它的時鐘",
        "只有停用的规则引用政策 {name}：新案件不会得到它的时钟",
    ),
    "use it or take it out": ("請使用或刪除", "请使用或删除"),
    "{term} never adds a hit: {shorter} is in it": (
        "「{term}」不會增加命中：其中已含「{shorter}」",
        "“{term}”不会增加命中：其中已含“{shorter}”",
    ),
    "take the longer one out": ("刪除較長的詞即可", "删除较长的词即可"),
    "{term} makes rules of different departments fire: {rules}": (
        "「{term}」會觸發不同部門的規則：{rules}",
        "“{term}”会触发不同部门的规则：{rules}",
    ),
    "the order of departments in rulebook.yaml decides; keep the term in one of the lists": (
        "由 rulebook.yaml 中部門的先後順序決定；建議只在一個詞表中保留該詞",
        "由 rulebook.yaml 中部门的先后顺序决定；建议只在一个词表中保留该词",
    ),
    "the last day of {name} was {date}": (
        "{name} 已失效，最後一天是 {date}",
        "{name} 已失效，最后一天是 {date}",
    ),
    "set another end, or status: disabled": (
        "請修改截止日，或設 status: disabled",
        "请修改截止日，或设 status: disabled",
    ),
    "{name} ends on {date}, in {days} days": (
        "{name} 將於 {date} 失效，還有 {days} 天",
        "{name} 将于 {date} 失效，还有 {days} 天",
    ),
    "the source of {name} was last reviewed on {date}, {days} days ago": (
        "{name} 的依據上次審閱於 {date}，距今 {days} 天",
        "{name} 的依据上次审阅于 {date}，距今 {days} 天",
    ),
    "the source of {name} is graded {grade} and has no date of review": (
        "{name} 的依據等級是 {grade}，但沒有審閱日期",
        "{name} 的依据等级是 {grade}，但没有审阅日期",
    ),
    "read it again and set reviewed": ("請重新審閱原文並填寫 reviewed", "请重新审阅原文并填写 reviewed"),
}
"""English template to traditional and simplified Chinese."""
