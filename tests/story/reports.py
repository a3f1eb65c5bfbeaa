"""Answers what Zoom's Japanese participant report of a lecture looks like when guests' addresses are withheld."""

from __future__ import annotations


def report(day: str, people: list[tuple[str, str, str]]) -> bytes:
    """Write a report of one day (ISO) with the host and these people (name, joined, left as HH:MM:SS)."""
    date = day.replace("-", "/")
    lines = [
        "ミーティング ID,トピック,開始時刻,終了時刻,ユーザーメール,所要時間（分）,参加者",
        f"812 3456 7890,基本操作編,{date} 02:45:00 PM,{date} 04:05:00 PM,misaki@vendor.example,80,{len(people) + 1}",
        "",
        "名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）,ゲスト",
        f"小林 美咲,misaki@vendor.example,{date} 02:45:00 PM,{date} 04:05:00 PM,80,いいえ",
    ]
    lines += [f"{name},,{date} {_clock(joined)},{date} {_clock(left)},60,はい" for name, joined, left in people]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _clock(time: str) -> str:
    hour, _, rest = time.partition(":")
    number = int(hour)
    return f"{number % 12 or 12:02d}:{rest} {'AM' if number < 12 else 'PM'}"
