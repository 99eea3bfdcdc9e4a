"""Outputs as JSON Lines: every line parses, whatever happened to disk and process."""

import hashlib
import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitors.notices.message import ALERTS, DEAD_LETTERS, DECISIONS, Message
from triage.adapters.files.publisher import FilePublisher
from triage.errors import Unreachable

TREE = Path(__file__).parents[3]


def message(no: int, topic: str = DECISIONS, payload: bytes | None = None) -> Message:
    """A decision unlike the others."""
    return Message(no=no, id=f"m-{no}", topic=topic, key="C-1", sequence=no, payload=payload or b'{"no":%d}' % no)


def lines(path: Path) -> list[object]:
    """What the file holds; each line parses and the last one ends."""
    text = path.read_bytes()
    assert not text or text.endswith(b"\n")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[FilePublisher]:
    one = FilePublisher(tmp_path / "out")
    yield one
    one.close()


def test_each_output_is_one_line_of_its_file(publisher: FilePublisher, tmp_path: Path) -> None:
    """Decisions, alerts and dead letters go to their files, in order; every delivery says sent."""
    sent = publisher.publish([message(1), message(2, ALERTS), message(3), message(4, DEAD_LETTERS, b"no json")])
    assert {one.no: one.result for one in sent} == dict.fromkeys(range(1, 5), "sent")
    assert lines(tmp_path / "out" / "decisions.jsonl") == [{"no": 1}, {"no": 3}]
    assert lines(tmp_path / "out" / "alerts.jsonl") == [{"no": 2}]
    letter = {"id": "m-4", "key": "C-1", "headers": {}, "value": "no json"}
    assert lines(tmp_path / "out" / "dead-letters.jsonl") == [letter]


@pytest.mark.parametrize(
    "value", [b"\xff\x00broken", "投诉".encode("gb18030"), b"two\nlines\r\n", b'{"a": "\xed\xa0\x80"}']
)
def test_dead_letters_give_back_the_bytes(publisher: FilePublisher, tmp_path: Path, value: bytes) -> None:
    """Whatever came, its exact bytes are in the line: as text where they are UTF-8, else in base64."""
    letter = Message(
        id="d", topic=DEAD_LETTERS, key="k", sequence=0, payload=value, headers=(("dlq_reason", b"not_json"),)
    )
    publisher.publish([letter])
    (line,) = lines(tmp_path / "out" / "dead-letters.jsonl")
    assert isinstance(line, dict)
    assert line["headers"] == {"dlq_reason": "not_json"}
    assert (line["value"].encode() if "value" in line else b64decode(line["value_base64"])) == value
    assert ("value" in line) == (value == b"two\nlines\r\n")


@pytest.mark.parametrize("longer", [0, 1])
def test_a_long_dead_letter_is_cut_as_on_the_broker(publisher: FilePublisher, tmp_path: Path, longer: int) -> None:
    """A line stays readable however much somebody sent; the sha256 is that of the whole."""
    payload = b"x" * (900_000 + longer)
    publisher.publish([message(1, DEAD_LETTERS, payload)])
    (line,) = lines(tmp_path / "out" / "dead-letters.jsonl")
    assert isinstance(line, dict)
    assert line["value"] == "x" * 900_000
    assert line["headers"] == ({"dlq_sha256": hashlib.sha256(payload).hexdigest()} if longer else {})


@pytest.mark.parametrize("torn", [b'{"no":', b'{"no":2}', b"x" * 5_000_000])
def test_a_torn_last_line_is_cut_at_opening(tmp_path: Path, torn: bytes) -> None:
    """What a crash left behind the last newline is cut away, however long it is; what stands before it stays."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "decisions.jsonl").write_bytes(b'{"no":1}\n' + torn)
    (out / "alerts.jsonl").write_bytes(torn)
    publisher = FilePublisher(out)
    publisher.publish([message(2), message(3, ALERTS)])
    publisher.close()
    assert lines(out / "decisions.jsonl") == [{"no": 1}, {"no": 2}]
    assert lines(out / "alerts.jsonl") == [{"no": 3}]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from tests.unit.sources.test_file_publisher import message
from triage.adapters.files.publisher import FilePublisher

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
publisher = FilePublisher(Path(sys.argv[1]))
print([one.result for one in publisher.publish([message(1)])])
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, most))
batch = [message(no, payload=b'{"no":%d,"text":"%s"}' % (no, b"x" * 1000)) for no in range(2, 12)]
print(sorted({(one.result, one.detail) for one in publisher.publish(batch)}), len(publisher.publish(batch)))
print((Path(sys.argv[1]) / "decisions.jsonl").read_bytes())
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
print(sorted({one.result for one in publisher.publish(batch)}))
"""


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Where the disk takes only a part, nothing of the batch stays and all is to be tried again; with room, it goes
    out once."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path], cwd=TREE, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "['sent']",
        "[('retry', 'File too large')] 10",
        "b'{\"no\":1}\\n'",
        "['sent']",
    ]
    found = lines(tmp_path / "decisions.jsonl")
    assert [line["no"] for line in found if isinstance(line, dict)] == list(range(1, 12))


def test_a_disk_that_also_refuses_to_cut_is_tried_again(tmp_path: Path) -> None:
    """On a device that takes nothing and cannot be cut, a message is to be tried again and the other files go on."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "alerts.jsonl").symlink_to("/dev/full")
    publisher = FilePublisher(out)
    results = {one.no: (one.result, one.detail) for one in publisher.publish([message(1, ALERTS), message(2)])}
    publisher.close()
    assert results[1][0] == "retry"
    assert results[1][1]
    assert results[2] == ("sent", "")


def test_an_output_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """The directory is named, and why."""
    (tmp_path / "file").touch()
    with pytest.raises(Unreachable, match=r"output directory .*file/out: Not a directory"):
        FilePublisher(tmp_path / "file" / "out")


def test_a_kill_between_any_two_bytes_leaves_lines_that_parse(tmp_path: Path) -> None:
    """Killed at a random moment while it publishes, every file opened again holds whole lines only, and none that was
    acknowledged is missing."""
    code = (
        "import sys; from pathlib import Path; from tests.unit.sources.test_file_publisher import message\n"
        "from triage.adapters.files.publisher import FilePublisher\n"
        "publisher = FilePublisher(Path(sys.argv[1]))\n"
        "for no in range(100_000):\n"
        '    publisher.publish([message(no, payload=b\'{"no":%d,"t":"%s"}\' % (no, b\'x\' * 50_000))])\n'
        "    print(no, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], cwd=TREE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(20)]
        process.kill()
        acknowledged += process.stdout.readlines()
    publisher = FilePublisher(tmp_path)
    publisher.close()
    found = [line["no"] for line in lines(tmp_path / "decisions.jsonl") if isinstance(line, dict)]
    assert found[: len(acknowledged)] == list(range(len(acknowledged)))
