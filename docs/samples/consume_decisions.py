"""Follows decisions and alerts; each takes effect once, in order, however often and however late it is sent again.

python consume_decisions.py BROKER FILE TOPIC...
"""

import json
import sqlite3
import sys

from kafka import KafkaConsumer


def counter_of(topic, event):
    """What one rising `sequence` is kept of: on each topic the complaint, and of alerts its clock too."""
    clock = event["data"]["clock"] if "step" in event["data"] else ""
    return f"{topic} {event['subject']} {clock}"


def take_effect(desk, event):
    """Yours: write to your own tables, by the same connection, so that effect and sequence are one transaction."""
    row = (event["id"], event["subject"], event["type"], event["sequence"])
    desk.execute("INSERT INTO work (id, complaint, type, sequence) VALUES (?, ?, ?, ?)", row)


def main(broker, file, *topics):
    desk = sqlite3.connect(file)
    desk.execute("CREATE TABLE IF NOT EXISTS seen (counter TEXT PRIMARY KEY, sequence INTEGER NOT NULL)")
    desk.execute("CREATE TABLE IF NOT EXISTS work (id TEXT PRIMARY KEY, complaint TEXT, type TEXT, sequence INTEGER)")
    consumer = KafkaConsumer(
        *topics, bootstrap_servers=broker, group_id="desk", auto_offset_reset="earliest", enable_auto_commit=False
    )
    try:
        for record in consumer:
            event = json.loads(record.value)
            counter, sequence = counter_of(record.topic, event), event["sequence"]
            with desk:  # one transaction
                last = desk.execute("SELECT sequence FROM seen WHERE counter = ?", [counter]).fetchone()
                if last is None or sequence > last[0]:
                    take_effect(desk, event)
                    desk.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", [counter, sequence])
            consumer.commit()  # after the effect: what comes again is passed over
    finally:
        consumer.close()  # leaves the group, so that another takes over at once


if __name__ == "__main__":
    main(*sys.argv[1:])
