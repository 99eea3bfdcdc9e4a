"""Real Chinese complaint texts through the shipped term lists: a seeded sample of hits and misses, to be read.

python -m tests.real_data.chinese_messages DATA
"""

import random
import sys
from collections import Counter
from pathlib import Path

from triage.main.rule_folders import compiled_folder
from triage.main.tools import read_table

FILE, TEXT, SAMPLE, SEED = "messages.xlsx", "留言详情", 20, 7


def main() -> None:
    rules = compiled_folder(None)
    _, _, rows = read_table(Path(sys.argv[1]) / FILE)
    texts = [str(row[TEXT]).strip() for row in rows if row.get(TEXT)]
    found = [(text, rules.terms.hits(text)) for text in texts]
    counted: Counter[str] = Counter()
    for _, hits in found:
        counted.update({hit.list_id for hit in hits if hit.saved_by is None})
    print(f"{len(texts)} texts; hits by list: {dict(counted.most_common())}")
    chance = random.Random(SEED)
    with_hits = [(text, [hit for hit in hits if hit.saved_by is None]) for text, hits in found]
    print(f"--- {SAMPLE} hits")
    for text, counting in chance.sample([one for one in with_hits if one[1]], SAMPLE):
        hit = counting[0]
        print(f"{hit.list_id} [{hit.term}]: …{text[max(0, hit.start - 30) : hit.end + 30]}…".replace("\n", " "))
    print(f"--- {SAMPLE} misses")
    for text, _ in chance.sample([one for one in with_hits if not one[1]], SAMPLE):
        print(f"{text[:110]}".replace("\n", " ").replace("\t", " "))


if __name__ == "__main__":
    main()
