"""The catalogue of faults: the folder, the text, the keys and values at their places."""

CHINESE: dict[str, tuple[str, str]] = {
    "The folder": ("資料夾", "文件夹"),
    "Text and YAML": ("文字與 YAML 格式", "文字与 YAML 格式"),
    "Keys and values": ("欄位與值", "字段与值"),
    "Rules and term lists": ("規則與詞表", "规则与词表"),
    "Policies and calendars": ("時限政策與日曆", "时限政策与日历"),
    "the rules directory, or a folder in it, is missing or may not be read": (
        "規則資料夾或其中的資料夾不存在，或沒有讀取權限",
        "规则文件夹或其中的文件夹不存在，或没有读取权限",
    ),
    "check the path and the permissions of the service's user": (
        "請檢查路徑，以及服務所用帳號的權限",
        "请检查路径，以及服务所用账号的权限",
    ),
    "a file may not be read": ("檔案無法讀取", "文件无法读取"),
    "check its permissions": ("請檢查檔案權限", "请检查文件权限"),
    "a link leads out of the rules directory": ("連結指向規則資料夾之外", "链接指向规则文件夹之外"),
    "a link leads back to a folder that it stands in, or to itself": (
        "連結指回它所在的資料夾或它自己",
        "链接指回它所在的文件夹或它自己",
    ),
    "`rulebook.yaml` is missing": ("缺少 `rulebook.yaml`", "缺少 `rulebook.yaml`"),
    "every folder needs one; copy the shipped one": (
        "每個規則資料夾都要有一份；可複製隨附的那一份",
        "每个规则文件夹都要有一份；可复制随附的那一份",
    ),
    "a rule file stands where none is read": ("規則檔放在不會被讀取的位置", "规则文件放在不会被读取的位置"),
    "move it to `terms`, `triage`, `tables`, `sla` or `calendars`": (
        "請移到 `terms`、`triage`、`tables`、`sla` 或 `calendars`",
        "请移到 `terms`、`triage`、`tables`、`sla` 或 `calendars`",
    ),
    "a file name ends in `.yml`, in capitals or in `.yaml.txt`": (
        "檔名以 `.yml`、大寫或 `.yaml.txt` 結尾",
        "文件名以 `.yml`、大写或 `.yaml.txt` 结尾",
    ),
    "end it in `.yaml`": ("請改以 `.yaml` 結尾", "请改以 `.yaml` 结尾"),
    "a file is larger than 1 MiB": ("檔案大於 1 MiB", "文件大于 1 MiB"),
    "split it": ("請拆成幾個檔案", "请拆成几个文件"),
    "a file is not UTF-8": ("檔案不是 UTF-8 編碼", "文件不是 UTF-8 编码"),
    "save it as UTF-8 in the editor": ("請在編輯器裡另存為 UTF-8 編碼", "请在编辑器里另存为 UTF-8 编码"),
    "a character that no text file may hold": ("文字檔不該有的字元", "文本文件不该有的字符"),
    "a line cannot be parsed": ("這一行無法解讀", "这一行无法解读"),
    "the hint says what is missing; look at the indentation and the quotes of the line above too": (
        "提示會說明缺了什麼；請一併檢查上一行的縮排和引號",
        "提示会说明缺了什么；请一并检查上一行的缩进和引号",
    ),
    "a full-width or curly character, or a tab in the indentation, where YAML wants its own": (
        "該用 YAML 半形符號的地方用了全形字元或彎引號，或縮排用了定位字元（Tab）",
        "该用 YAML 半角符号的地方用了全角字符或弯引号，或缩进用了制表符（Tab）",
    ),
    "the hint shows the corrected line; switch the keyboard to half width": (
        "訊息會列出更正後的整行；請把輸入法切換到半形",
        "提示会列出更正后的整行；请把输入法切换到半角",
    ),
    "more than one document in a file": ("一個檔案裡有多份文件", "一个文件里有多份文档"),
    "take out the `---` or split the file": ("請刪掉 `---`，或拆成幾個檔案", "请删掉 `---`，或拆成几个文件"),
    "nesting deeper than 50": ("層次超過 50 層", "层次超过 50 层"),
    "write the condition flatter": ("請把條件寫得少幾層", "请把条件写得少几层"),
    "an anchor (`&name`)": ("錨點（`&name`）", "锚点（`&name`）"),
    "write the text out; in a text that begins with `&`, use quotes": (
        "請直接寫出文字；文字本身以 `&` 開頭時請用引號",
        "请直接写出文字；文字本身以 `&` 开头时请用引号",
    ),
    "an alias (`*name`)": ("別名（`*name`）", "别名（`*name`）"),
    "write the text out; in a text that begins with `*`, use quotes": (
        "請直接寫出文字；文字本身以 `*` 開頭時請用引號",
        "请直接写出文字；文字本身以 `*` 开头时请用引号",
    ),
    "a tag (`!name`)": ("標籤（`!name`）", "标签（`!name`）"),
    "take it out; in a text that begins with `!`, use quotes": (
        "請刪掉；文字本身以 `!` 開頭時請用引號",
        "请删掉；文字本身以 `!` 开头时请用引号",
    ),
    "a merge key (`<<`)": ("合併鍵（`<<`）", "合并键（`<<`）"),
    "a key stands twice in one mapping": ("同一組裡有重複的欄位", "同一组里有重复的字段"),
    "keep one of them; two keys for the same thing (`section` and `article`) count too": (
        "請只保留一個；意思相同的兩個欄位（`section` 和 `article`）也算",
        "请只保留一个；意思相同的两个字段（`section` 和 `article`）也算",
    ),
    "a file without content": ("檔案沒有內容", "文件没有内容"),
    "a key or list entry without a value": ("欄位或清單項目沒有值", "字段或列表项目没有值"),
    "write the value or take the key out": ("請填入值，或刪掉這個欄位", "请填入值，或删掉这个字段"),
    "a list or mapping without entries where one is needed": (
        "清單或一組欄位是空的，但至少要有一項",
        "列表或一组字段是空的，但至少要有一项",
    ),
    "add an entry, or `always` for a condition that always holds": (
        "請補上一項；一律成立的條件請寫 `always`",
        "请补上一项；一律成立的条件请写 `always`",
    ),
    "a key, fact or test that is not known here": ("這裡沒有這個欄位、事實或測試", "这里没有这个字段、事实或测试"),
    "take the suggested spelling; declare facts of your own in `facts.yaml`": (
        "請照建議的寫法；自訂的事實請在 `facts.yaml` 宣告",
        "请照建议的写法；自定义的事实请在 `facts.yaml` 声明",
    ),
    "a required key is missing": ("缺少必填欄位", "缺少必填字段"),
    "add it": ("請補上", "请补上"),
    "a title lacks a language of `languages`": (
        "標題缺少 `languages` 裡的某種語言",
        "标题缺少 `languages` 里的某种语言",
    ),
    "write the title in every language of `rulebook.yaml`": (
        "請用 `rulebook.yaml` 列出的每種語言寫標題",
        "请用 `rulebook.yaml` 列出的每种语言写标题",
    ),
    "a value of another kind than its place wants": ("值的種類和這個位置需要的不同", "值的种类和这个位置需要的不同"),
    "the hint shows the form: `50000 CNY`, `2026-03-02`, `15 calendar days`, `true`": (
        "提示會列出格式：`50000 CNY`、`2026-03-02`、`15 calendar days`、`true`",
        "提示会列出格式：`50000 CNY`、`2026-03-02`、`15 calendar days`、`true`",
    ),
    "a word that is none of those allowed or declared": ("不在允許或已宣告之列的詞", "不在允许或已声明之列的词"),
    "take the suggested word, or declare it where it belongs": (
        "請用建議的詞，或在該宣告的地方宣告它",
        "请用建议的词，或在该声明的地方声明它",
    ),
    "a number or span of time outside its bounds": ("數字或期間超出範圍", "数字或期间超出范围"),
    "limits are at least 1 and at most ten years": ("時限至少為 1，最長十年", "时限至少为 1，最长十年"),
    "a range whose end lies before its start": ("期間的結束早於開始", "期间的结束早于开始"),
    "exchange them": ("請對調", "请对调"),
    "an id or name with characters that ids may not hold": ("代號或名稱含有不允許的字元", "代号或名称含有不允许的字符"),
    "letters, digits, `-`, `_` and `.`; no spaces": (
        "只能用文字、數字、`-`、`_` 和 `.`，不能有空格",
        "只能用文字、数字、`-`、`_` 和 `.`，不能有空格",
    ),
    "a name that already means something else": ("名稱已有別的意思", "名称已有别的意思"),
    "choose another": ("請換一個", "请换一个"),
    "an id that was given before": ("代號前面已經用過", "代号前面已经用过"),
    "choose another; ids are unique over all files of their kind": (
        "請換一個；同類檔案裡的代號不得重複",
        "请换一个；同类文件里的代号不得重复",
    ),
    "the same entry twice in one list": ("同一份清單裡有重複的項目", "同一份列表里有重复的项目"),
    "a date twice under `closed` or twice under `open`": (
        "同一個日期在 `closed` 或 `open` 之下出現兩次",
        "同一个日期在 `closed` 或 `open` 之下出现两次",
    ),
}
