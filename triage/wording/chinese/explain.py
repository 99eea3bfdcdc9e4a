"""Why a case was decided as it was: its fields, its rules."""

CHINESE: dict[str, tuple[str, str]] = {
    # the decision
    "Priority {priority}, {department}, owner {owner}: decided on {event}, {when}.": (
        "優先級 {priority}，{department}，承辦人 {owner}：{when}因{event}作出決定。",
        "优先级 {priority}，{department}，经办人 {owner}：{when}因{event}作出决定。",
    ),
    "1 later event left it as it is.": ("其後的 1 個事件未改變此決定。", "其后的 1 个事件未改变此决定。"),
    "{number} later events left it as it is.": (
        "其後的 {number} 個事件未改變此決定。",
        "其后的 {number} 个事件未改变此决定。",
    ),
    "Rulebook {name}, revision {revision}.": (
        "規則集 {name}，版本 {revision}。",
        "规则集 {name}，版本 {revision}。",
    ),
    "Personal data of this case were erased {when}; rules run no more, clocks go on.": (
        "本案的個人資料已於 {when} 刪除；此後不再套用規則，時鐘照常計算。",
        "本案的个人信息已于 {when} 删除；此后不再套用规则，时钟照常计算。",
    ),
    "The facts of this decision were erased: what the reasons kept is told, no more.": (
        "此決定所依據的事實已刪除，僅能說明理由中保存的內容。",
        "此决定所依据的事实已删除，仅能说明理由中保存的内容。",
    ),
    "Both rule engines agree.": ("兩個規則引擎結果一致。", "两个规则引擎结果一致。"),
    "The second rule engine found other rules: the first one's answer stands, and an alert rang.": (
        "第二規則引擎得出不同規則：以第一引擎的結果為準，並已發出警示。",
        "第二规则引擎得出不同规则：以第一引擎的结果为准，并已发出告警。",
    ),
    "Decided by one rule engine.": ("由單一規則引擎作出決定。", "由单一规则引擎作出决定。"),
    # its fields
    "owner": ("承辦人", "经办人"),
    "(none)": ("（無）", "（无）"),
    "{title} ({id})": ("{title}（{id}）", "{title}（{id}）"),
    "{value} ({rules})": ("{value}（{rules}）", "{value}（{rules}）"),
    "No rule ran: the case was opened for an event that could not be applied, and takes the fallback.": (
        "未執行任何規則：本案因無法處理的事件而建立，採用預設歸屬。",
        "未执行任何规则：本案因无法处理的事件而建立，采用默认归属。",
    ),
    "No rule that fired names one: the fallback of the rulebook holds.": (
        "觸發的規則均未指定，採用規則集的預設值。",
        "触发的规则均未指定，采用规则集的默认值。",
    ),
    "Named by {rules}.": ("由 {rules} 指定。", "由 {rules} 指定。"),
    "The highest of those that rules name: {named}.": (
        "取各規則所指定的最高者：{named}。",
        "取各规则所指定的最高者：{named}。",
    ),
    "The most special of those that rules name: {named}.": (
        "取各規則所指定的最專門者：{named}。",
        "取各规则所指定的最专门者：{named}。",
    ),
    "The rules name {named}.": ("規則指定：{named}。", "规则指定：{named}。"),
    "Rules name several: {named}. The first of these under departments: in rulebook.yaml owns the case.": (
        "多個部門被指定：{named}。以 rulebook.yaml 的 departments: 中排序最前者為主責部門。",
        "多个部门被指定：{named}。以 rulebook.yaml 的 departments: 中排序最前者为主责部门。",
    ),
    "Involved, but not the owner: {departments}.": (
        "協辦部門：{departments}。",
        "协办部门：{departments}。",
    ),
    "It stays where it was: a new revision of the rules alone does not take an open case away from the department of "
    "its owner (open_cases: keep). The rules would move it to {department}.": (
        "維持原部門：僅因規則改版，不會把未結案件移出其承辦人所在部門（open_cases: keep）。"
        "依現行規則應移至{department}。",
        "维持原部门：仅因规则改版，不会把未结案件移出其经办人所在部门（open_cases: keep）。"
        "按现行规则应移至{department}。",
    ),
    "It stays where it was: the data of {event} has faults, and such an event does not move a case.": (
        "維持原部門：{event}的資料有誤，此類事件不會改變案件歸屬。",
        "维持原部门：{event}的数据有误，此类事件不会改变案件归属。",
    ),
    "No rule that fired names a department: the fallback of the rulebook takes the case.": (
        "觸發的規則均未指定部門，由規則集的預設部門受理。",
        "触发的规则均未指定部门，由规则集的默认部门受理。",
    ),
    "Nearest to naming one: {rules}.": ("最接近指定部門的規則：{rules}。", "最接近指定部门的规则：{rules}。"),
    "The team of the fallback.": ("預設小組。", "默认小组。"),
    "The fallback names no team.": ("預設歸屬未指定小組。", "默认归属未指定小组。"),
    "As it was before.": ("維持不變。", "维持不变。"),
    "No rule that names the department names a team.": (
        "指定該部門的規則均未指定小組。",
        "指定该部门的规则均未指定小组。",
    ),
    "A human's word, which is kept until the next or until auto.": (
        "由人工指定，至下次人工指定或 auto 為止。",
        "由人工指定，至下次人工指定或 auto 为止。",
    ),
    "The word of {who}, {when}, by {event}: it holds until the next human's word or auto.": (
        "{who} 於{when}以{event}人工指定，至下次人工指定或 auto 為止。",
        "{who} 于{when}以{event}人工指定，至下次人工指定或 auto 为止。",
    ),
    "Assigned by {who}, {when}.": ("{who} 於{when}指派。", "{who} 于{when}指派。"),
    "Assigned by a human.": ("由人工指派。", "由人工指派。"),
    "The person of the fallback, until somebody is assigned.": (
        "預設歸屬的承辦人，至指派承辦人為止。",
        "默认归属的经办人，至指派经办人为止。",
    ),
    "On duty for {department}, until somebody is assigned.": (
        "{department}的值班承辦人，至指派承辦人為止。",
        "{department}的值班经办人，至指派经办人为止。",
    ),
    "{reason}: {policies}.": ("{reason}：{policies}。", "{reason}：{policies}。"),
    "Named by {rules}": ("由 {rules} 指定", "由 {rules} 指定"),
    "Attached": ("已適用", "已适用"),
    "For every complaint": ("適用於所有投訴", "适用于所有投诉"),
    "For {tests}": ("因 {tests} 而適用", "因 {tests} 而适用"),
    "For its applies_when holds": ("符合適用條件（applies_when）", "符合适用条件（applies_when）"),
    "Attached {when}, until its clocks have stopped": (
        "{when}起適用，至其計時全部停止為止",
        "{when}起适用，至其计时全部停止为止",
    ),
    # rules
    "It fired.": ("已觸發。", "已触发。"),
    "Its status is {status}: it changes nothing.": (
        "規則狀態為 {status}：不影響任何決定。",
        "规则状态为 {status}：不影响任何决定。",
    ),
    "Not in force on the date of receipt: it held until {day}.": (
        "收件當日不在有效期內：有效至{day}。",
        "收到投诉当日不在有效期内：有效至{day}。",
    ),
    "Not in force on the date of receipt: it holds from {day}.": (
        "收件當日不在有效期內：自{day}起有效。",
        "收到投诉当日不在有效期内：自{day}起有效。",
    ),
    "Not in force on the date of receipt: it holds from {first} to {last}.": (
        "收件當日不在有效期內：有效期自{first}至{last}。",
        "收到投诉当日不在有效期内：有效期自{first}至{last}。",
    ),
    "Its condition held.": ("條件成立。", "条件成立。"),
    "Whether its condition held was not kept.": ("條件是否成立已無紀錄。", "条件是否成立已无记录。"),
    "Its condition can never hold.": ("條件永遠無法成立。", "条件永远无法成立。"),
    "It did not fire, for this did not hold: {tests}.": (
        "未觸發，因為以下條件不成立：{tests}。",
        "未触发，因为以下条件不成立：{tests}。",
    ),
    "It did not fire; these tests would have to come out otherwise: {tests}.": (
        "未觸發；以下測試的結果須相反才會觸發：{tests}。",
        "未触发；以下测试的结果须相反才会触发：{tests}。",
    ),
    "{test} ({found})": ("{test}（{found}）", "{test}（{found}）"),
    "found {value}": ("實際為 {value}", "实际为 {value}"),
    "not kept": ("無紀錄", "无记录"),
    "not stated": ("未提供此項", "未提供此项"),
    "personal, not shown": ("個人資料，不顯示", "个人信息，不显示"),
    "personal, result not kept": ("個人資料，結果無紀錄", "个人信息，结果无记录"),
    "nothing to test": ("無測試項", "无测试项"),
    "all of:": ("須全部成立：", "须全部成立："),
    "any of:": ("任一成立即可：", "任一成立即可："),
    "none of:": ("須全部不成立：", "须全部不成立："),
    "{field} {value}": ("{field} {value}", "{field} {value}"),
    "asks for {fields}": ("要求：{fields}", "要求：{fields}"),
    # headings
    "Why case {case} stands as it does": ("案件 {case} 的決定說明", "案件 {case} 的决定说明"),
    "As of {at}; times of {zone}.": ("截至{at}；時間為 {zone} 時區。", "截至{at}；时间为 {zone} 时区。"),
    "Personal data, shown because it was asked for: do not pass it on.": (
        "個人資料，應要求顯示：請勿轉傳。",
        "个人信息，应要求显示：请勿转发。",
    ),
    "Data with faults; these values counted as absent:": (
        "資料有誤，以下值視為未提供：",
        "数据有误，以下值视为未提供：",
    ),
    "Why": ("為何如此決定", "为何如此决定"),
    "The rule": ("該規則", "该规则"),
    "Rules that fired: {fired} of {all}": ("觸發的規則：{all} 條中 {fired} 條", "触发的规则：{all} 条中 {fired} 条"),
    "Nearest to firing: {shown} of {near}": (
        "最接近觸發：{near} 條中 {shown} 條",
        "最接近触发：{near} 条中 {shown} 条",
    ),
    "Held, but not active or not in force": (
        "條件成立，但未啟用或不在有效期內",
        "条件成立，但未启用或不在有效期内",
    ),
    "All others": ("其餘規則", "其余规则"),
    "No rule.": ("無規則。", "无规则。"),
    "No clock.": ("無計時。", "无计时。"),
    "Date by date": ("逐日明細", "逐日明细"),
    "start, not counted": ("起算日，不計入", "起算日，不计入"),
    "moved past": ("順延", "顺延"),
    "Made by triage explain from what was stored with the decision.": (
        "由 triage explain 依據與決定一同保存的資料產生。",
        "由 triage explain 依据与决定一同保存的数据生成。",
    ),
}
