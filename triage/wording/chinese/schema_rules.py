"""What an editor says of tests while a rule is typed."""

CHINESE: dict[str, tuple[str, str]] = {
    "equal to": ("等於", "等于"),
    "known, and another value": ("已知，而且是別的值", "已知，而且是别的值"),
    "one of these": ("是其中之一", "是其中之一"),
    "known, and none of these": ("已知，而且都不是", "已知，而且都不是"),
    "this or more": ("大於或等於", "大于或等于"),
    "more than this": ("大於", "大于"),
    "this or less": ("小於或等於", "小于或等于"),
    "less than this": ("小於", "小于"),
    "[lowest, highest], both included": ("[最低, 最高]，含兩端", "[最低, 最高]，含两端"),
    "the list holds this": ("清單中有這一項", "列表中有这一项"),
    "the list holds at least one of these": ("清單中至少有其中一項", "列表中至少有其中一项"),
    "the list is known and holds none of these": ("清單已知，而且一項都沒有", "列表已知，而且一项都没有"),
    "the text has a term of this list": ("文字中有這份詞表的詞", "文本中有这份词表的词"),
    "true: there is a value; false: there is none": ("true：有值；false：沒有值", "true：有值；false：没有值"),
}
