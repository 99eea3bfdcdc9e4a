"""What can be wrong with rule files as such: the folder, the text, the keys and values at their places."""

import msgspec

from triage.wording.text import Text, say


class Entry(msgspec.Struct, frozen=True):
    """One code. Words between backticks are words of the files."""

    meaning: Text
    advice: Text


FOLDER = {
    "unreadable-folder": Entry(
        say("the rules directory, or a folder in it, is missing or may not be read"),
        say("check the path and the permissions of the service's user"),
    ),
    "unreadable-file": Entry(say("a file may not be read"), say("check its permissions")),
    "outside-link": Entry(say("a link leads out of the rules directory"), say("copy the file in")),
    "looping-link": Entry(say("a link leads back to a folder that it stands in, or to itself"), say("delete the link")),
    "missing-file": Entry(say("`rulebook.yaml` is missing"), say("every folder needs one; copy the shipped one")),
    "misplaced-file": Entry(
        say("a rule file stands where none is read"),
        say("move it to `terms`, `triage`, `tables`, `sla` or `calendars`"),
    ),
    "wrong-ending": Entry(say("a file name ends in `.yml`, in capitals or in `.yaml.txt`"), say("end it in `.yaml`")),
    "too-large": Entry(say("a file is larger than 1 MiB"), say("split it")),
}

TEXT = {
    "not-utf-8": Entry(say("a file is not UTF-8"), say("save it as UTF-8 in the editor")),
    "control-character": Entry(say("a character that no text file may hold"), say("delete it")),
    "not-yaml": Entry(
        say("a line cannot be parsed"),
        say("the hint says what is missing; look at the indentation and the quotes of the line above too"),
    ),
    "look-alike-character": Entry(
        say("a full-width or curly character, or a tab in the indentation, where YAML wants its own"),
        say("the hint shows the corrected line; switch the keyboard to half width"),
    ),
    "several-documents": Entry(say("more than one document in a file"), say("take out the `---` or split the file")),
    "too-deep": Entry(say("nesting deeper than 50"), say("write the condition flatter")),
    "anchor": Entry(say("an anchor (`&name`)"), say("write the text out; in a text that begins with `&`, use quotes")),
    "alias": Entry(say("an alias (`*name`)"), say("write the text out; in a text that begins with `*`, use quotes")),
    "tag": Entry(say("a tag (`!name`)"), say("take it out; in a text that begins with `!`, use quotes")),
    "merge-key": Entry(say("a merge key (`<<`)"), say("write the keys out")),
    "duplicate-key": Entry(
        say("a key stands twice in one mapping"),
        say("keep one of them; two keys for the same thing (`section` and `article`) count too"),
    ),
    "empty-file": Entry(say("a file without content"), say("fill it or delete it")),
    "empty-value": Entry(say("a key or list entry without a value"), say("write the value or take the key out")),
    "empty-list": Entry(
        say("a list or mapping without entries where one is needed"),
        say("add an entry, or `always` for a condition that always holds"),
    ),
}

VALUES = {
    "unknown-key": Entry(
        say("a key, fact or test that is not known here"),
        say("take the suggested spelling; declare facts of your own in `facts.yaml`"),
    ),
    "missing-key": Entry(say("a required key is missing"), say("add it")),
    "missing-language": Entry(
        say("a title lacks a language of `languages`"), say("write the title in every language of `rulebook.yaml`")
    ),
    "wrong-type": Entry(
        say("a value of another kind than its place wants"),
        say("the hint shows the form: `50000 CNY`, `2026-03-02`, `15 calendar days`, `true`"),
    ),
    "unknown-value": Entry(
        say("a word that is none of those allowed or declared"),
        say("take the suggested word, or declare it where it belongs"),
    ),
    "out-of-range": Entry(
        say("a number or span of time outside its bounds"), say("limits are at least 1 and at most ten years")
    ),
    "empty-range": Entry(say("a range whose end lies before its start"), say("exchange them")),
    "bad-name": Entry(
        say("an id or name with characters that ids may not hold"), say("letters, digits, `-`, `_` and `.`; no spaces")
    ),
    "reserved-name": Entry(say("a name that already means something else"), say("choose another")),
    "duplicate-id": Entry(
        say("an id that was given before"), say("choose another; ids are unique over all files of their kind")
    ),
    "duplicate-value": Entry(say("the same entry twice in one list"), say("take one out")),
    "duplicate-date": Entry(say("a date twice under `closed` or twice under `open`"), say("take one out")),
}
