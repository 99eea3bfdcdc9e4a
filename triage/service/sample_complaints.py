"""A seeded generator of complaints, shaped like real ones: Chinese and English, some handled well, some forgotten.

PURE: the same seed, start and number give the same events, for the demo and the benchmark.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

TEXTS: dict[str, tuple[str, ...]] = {
    "claim_delay": (
        "理賠申請已經送件六週，客服每次都說還在處理，沒有人主動聯絡我。",
        "理赔申请交了一个多月，一直没有结果，打电话也只说在排队。",
        "My claim was filed five weeks ago and nobody has called me back.",
    ),
    "claim_denial": (
        "公司以未如實告知為由拒賠，但投保時業務員並沒有問這一項。",
        "住院费用被拒赔，通知书里只有一句话，没有写依据哪一条。",
        "The claim was declined and the letter gives no reason I can check.",
    ),
    "amount_dispute": (
        "核定金額比修車廠估價少了一半，請說明計算方式。",
        "赔付金额和合同约定不一致，少赔了两万多元。",
        "The settlement is far below the repair invoice I sent.",
    ),
    "document_requirements": (
        "同樣的收據已經補了三次，每次又說還缺別的文件。",
        "要求补交的材料一次一个样，为什么不能一次说清楚？",
        "You keep asking for documents that I have already sent twice.",
    ),
    "medical_dispute": (
        "手術後出現併發症，醫院與公司對醫療事故的責任認定不同，理賠卡住了。",
        "医疗事故鉴定已经出来了，保险公司仍然不认可责任比例。",
        "After the surgical error the hospital admits fault, but the insurer disputes the amount.",
    ),
    "service_attitude": (
        "櫃檯人員態度惡劣，說話大聲還叫我自己去查條款。",
        "客服态度很差，没说完就挂断电话。",
        "The agent on the phone was rude and hung up on me.",
    ),
    "payment_delay": (
        "三週前就同意理賠，但款項到現在還沒有入帳。",
        "赔款已经审批通过半个月，钱一直没有到账。",
        "The payment was approved on the third but the money has not arrived.",
    ),
    "information_gap": (
        "沒有人告訴我案件進度，網站上也查不到。",
        "换了三个经办人，每次都要我从头说起，没人告知进展。",
        "Nobody explains what happens next or who is in charge of my case.",
    ),
}
CHANNELS = (
    ("phone", 40),
    ("wechat", 22),
    ("web", 12),
    ("email", 10),
    ("counter", 8),
    ("letter", 4),
    ("regulator", 3),
    ("media", 1),
)
LINES = (
    ("motor", 30),
    ("health", 25),
    ("critical_illness", 10),
    ("accident", 10),
    ("life", 10),
    ("property", 8),
    ("travel", 7),
)
STAGES = ("documents", "assessment", "settlement", "payment", "after_payment")
FAMILY = ("王", "李", "张", "陳", "林", "黃", "吴", "周", "徐", "孫")
GIVEN = ("明", "芳", "伟", "娜", "志強", "秀英", "敏", "靜", "麗華", "建國")
OUTCOMES = ("upheld", "partly_upheld", "settled")
STAFF = ("chen.yu", "lin.meihua", "zhou.wen", "wu.jie", "zhao.min")


class Habits(msgspec.Struct, frozen=True):
    """How this desk works: shares of complaints, 0 to 1, and how many customers complain."""

    forgotten: float = 0.12
    slow: float = 0.25
    elderly: float = 0.12
    seriously_ill: float = 0.06
    without_cause: float = 0.2
    customers: int = 400


class SampleComplaints:
    """Writes complaint lives. `between`: mean time between two complaints."""

    def __init__(self, seed: int, start: datetime, between: timedelta, habits: Habits | None = None) -> None:
        self._random = Random(seed)
        self._start, self._between, self._habits = start, between, habits or Habits()

    def events(self, complaints: int) -> list[dict[str, Any]]:
        """The CloudEvents of so many complaints, in the order of time."""
        found: list[dict[str, Any]] = []
        at = self._start
        for number in range(1, complaints + 1):
            found += self._life(f"DEMO-{number:05d}", at)
            at += self._between * self._random.expovariate(1.0)
        found.sort(key=lambda event: event["time"])
        return found

    def _life(self, case: str, received: datetime) -> Iterator[dict[str, Any]]:
        steps: list[tuple[str, datetime, dict[str, Any]]] = [("registered", received, self._registered())]
        if self._random.random() >= self._habits.forgotten:
            steps += self._handling(received)
        for number, (kind, time, data) in enumerate(steps):
            yield {
                "specversion": "1.0",
                "id": f"{case}-{number}",
                "source": "/demo/desk",
                "type": f"complaint.{kind}",
                "subject": case,
                "time": time,
                "data": data,
            }

    def _registered(self) -> dict[str, Any]:
        random = self._random
        cause = random.choice(tuple(TEXTS))
        customer: dict[str, Any] = {
            "id": f"C{random.randrange(self._habits.customers):04d}",
            "name": random.choice(FAMILY) + random.choice(GIVEN),
            "age": random.randrange(22, 62),
        }
        circumstances = []
        if random.random() < self._habits.elderly:
            customer["age"] = random.randrange(66, 92)
            circumstances.append("elderly")
        if random.random() < self._habits.seriously_ill:
            circumstances.append("seriously_ill")
        if circumstances:
            customer["circumstances"] = circumstances
        data: dict[str, Any] = {
            "channel": self._weighted(CHANNELS),
            "customer": customer,
            "description": random.choice(TEXTS[cause]),
            "line_of_business": self._weighted(LINES),
            "claim_no": f"CL{random.randrange(10**7):07d}",
            "claim_stage": random.choice(STAGES),
            "amount_disputed": {"value": round(random.lognormvariate(9, 1.1), 2), "currency": "CNY"},
        }
        if random.random() >= self._habits.without_cause:
            data["causes"] = [cause]
        return data

    def _handling(self, received: datetime) -> Iterator[tuple[str, datetime, dict[str, Any]]]:
        random, pace = self._random, 4.0 if self._random.random() < self._habits.slow else 1.0
        owner = random.choice(STAFF)
        at = received
        for kind, mean_hours, data in (
            ("assigned", 1.5, {"owner": {"id": owner, "name": owner}, "by": "desk"}),
            ("contacted", 3, {"direction": "to_customer", "channel": "phone", "summary": "first call"}),
            ("investigation_started", 20, {"by": owner}),
            ("solution_proposed", 60, {"summary": "recalculated"}),
            ("solution_accepted", 30, {"summary": "agreed by phone"}),
            ("reply_sent", 24, {"kind": "final", "channel": "letter", "evidence": "dispatch note"}),
            ("payment_completed", 30, {}),
            ("followup_completed", 36, {"satisfied": random.random() < 0.8, "score": random.randrange(2, 6)}),
            ("close_requested", 4, {"by": owner, "outcome": random.choice(OUTCOMES)}),
        ):  # fmt: skip
            at += timedelta(hours=mean_hours * pace * random.uniform(0.4, 1.6))
            yield kind, at, data

    def _weighted(self, choices: tuple[tuple[str, int], ...]) -> str:
        return self._random.choices([name for name, _ in choices], [weight for _, weight in choices])[0]
