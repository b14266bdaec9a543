"""Uploads: in pieces, gone on with after a break, within limits, one's own, and only from our pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.data import uploads
from dashboard.web.signed_in import settings
from models.errors import ConflictError
from tests.visitors import Visitors

BODY = b"id,at,money\n" + b"1,2024-01-01,5\n" * 200


@pytest.fixture
def home(visitors: Visitors) -> Path:
    with visitors.app.server.app_context():
        return settings().home


def begin(
    client: FlaskClient, name: str = "rows.csv", size: int = len(BODY), modified: int = 7
) -> TestResponse:
    answer: TestResponse = client.post("/uploads", json={"name": name, "size": size, "modified": modified})
    return answer


def put(client: FlaskClient, upload: str, offset: int, piece: bytes, **options: Any) -> TestResponse:
    options.setdefault("content_type", "application/octet-stream")
    answer: TestResponse = client.put(f"/uploads/{upload}?offset={offset}", data=piece, **options)
    return answer


def test_a_file_arrives_piece_by_piece_and_is_what_was_sent(visitors: Visitors, home: Path) -> None:
    client = visitors.browser("lead")
    told = begin(client).json
    assert told
    assert (told["stored"], told["piece"]) == (0, uploads.PIECE)
    for offset in range(0, len(BODY), 1_000):
        answer = put(client, told["upload"], offset, BODY[offset : offset + 1_000])
        assert answer.json
        assert answer.json["stored"] == min(offset + 1_000, len(BODY))
    found = uploads.find(home, visitors.users["lead"].user_id, told["upload"])
    assert found.is_complete
    assert found.path.read_bytes() == BODY
    assert found.path.stat().st_mode & 0o777 == 0o600


def test_after_a_break_the_same_file_goes_on_where_it_was(visitors: Visitors) -> None:
    client = visitors.browser("lead")
    first = begin(client, "broken.csv").json
    assert first
    put(client, first["upload"], 0, BODY[:1_000])
    again = begin(visitors.browser("lead"), "broken.csv").json
    assert again == {**first, "stored": 1_000}
    other = begin(client, "broken.csv", modified=8).json
    assert other
    assert other["upload"] != first["upload"]


def test_a_piece_sent_twice_changes_nothing_and_a_hole_is_refused(visitors: Visitors, home: Path) -> None:
    client = visitors.browser("lead")
    told = begin(client, "twice.csv").json
    assert told
    for _ in range(2):
        assert put(client, told["upload"], 0, BODY[:900]).status_code == 200
    assert put(client, told["upload"], 1_000, BODY[1_000:1_100]).status_code == 409
    assert put(client, told["upload"], 900, BODY[900:]).status_code == 200
    assert uploads.find(home, visitors.users["lead"].user_id, told["upload"]).path.read_bytes() == BODY


@pytest.mark.parametrize(
    ("size", "status"), [(0, 413), (-1, 413), (uploads.LARGEST + 1, 413), ("9", 400), (True, 400)]
)
def test_a_file_has_a_size_within_the_limit(visitors: Visitors, size: Any, status: int) -> None:
    assert begin(visitors.browser("lead"), size=size).status_code == status


def test_no_piece_goes_beyond_the_size_that_was_said(visitors: Visitors) -> None:
    client = visitors.browser("lead")
    told = begin(client, "small.csv", size=10).json
    assert told
    assert put(client, told["upload"], 0, b"x" * 11).status_code == 413
    assert put(client, told["upload"], -1, b"x").status_code == 409
    large = begin(client, "large.csv", size=uploads.PIECE * 3).json
    assert large
    assert put(client, large["upload"], 0, b"x" * (uploads.PIECE + 1)).status_code == 413


def test_another_persons_upload_is_not_there(visitors: Visitors) -> None:
    told = begin(visitors.browser("lead"), "own.csv").json
    assert told
    other = visitors.browser("admin")
    assert put(other, told["upload"], 0, b"x").status_code == 404
    assert other.get(f"/uploads/{told['upload']}").status_code == 404
    assert other.delete(f"/uploads/{told['upload']}", json={}).status_code == 404
    assert begin(other, "own.csv").json["upload"] != told["upload"]  # type: ignore[index]  # a JSON answer


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_no_other_site_sends_a_piece(visitors: Visitors, headers: dict[str, str]) -> None:
    client = visitors.browser("lead")
    told = begin(client, "origin.csv").json
    assert told
    assert put(client, told["upload"], 0, b"x", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", ""]
)
def test_a_piece_is_raw_bytes_and_nothing_that_a_form_can_send(visitors: Visitors, kind: str) -> None:
    client = visitors.browser("lead")
    told = begin(client, "kind.csv").json
    assert told
    assert put(client, told["upload"], 0, b"x", content_type=kind).status_code == 415
    assert client.post("/uploads", data=b"x", content_type="application/octet-stream").status_code == 415


def test_who_may_not_import_uploads_nothing(visitors: Visitors) -> None:
    for who in ("viewer", "analyst"):
        assert begin(visitors.browser(who)).status_code == 403


def test_a_given_up_file_leaves_nothing_behind(visitors: Visitors, home: Path) -> None:
    client = visitors.browser("lead")
    told = begin(client, "gone.csv").json
    assert told
    path = uploads.find(home, visitors.users["lead"].user_id, told["upload"]).path
    put(client, told["upload"], 0, BODY[:10])
    assert client.delete(f"/uploads/{told['upload']}", json={}).status_code == 204
    assert not path.parent.exists()
    assert client.get(f"/uploads/{told['upload']}").status_code == 404


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\rows.csv", "rows.csv"),
        (".env", "env"),
        ("a\0b.csv", "a_b.csv"),
        ("", "file"),
        ("upload.json", "file"),
        ("übersicht (1).csv", "übersicht (1).csv"),
        ("漢" * 200 + ".csv", "漢" * 60 + "…" + "漢" * 18 + ".csv"),
    ],
)
def test_a_name_stays_in_its_folder(tmp_path: Path, name: str, kept: str) -> None:
    upload = uploads.begin(tmp_path, 1, name, 5, 0)
    assert upload.path.name == kept
    uploads.append(upload, 0, BytesIO(b"12345"), 5)
    assert upload.path.parent.parent == tmp_path / "uploads"
    assert uploads.find(tmp_path, 1, upload.upload_id).is_complete


def test_a_forged_number_finds_nothing(visitors: Visitors) -> None:
    client = visitors.browser("lead")
    for forged in ("0" * 32, "..", "x", "0" * 31 + "G"):
        assert client.get(f"/uploads/{forged}").status_code == 404


def test_what_was_promised_to_others_is_not_given_away_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = uploads.SPARE + 3 * uploads.PIECE
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=free))
    first = uploads.begin(tmp_path, 1, "a.csv", 2 * uploads.PIECE, 0)
    with pytest.raises(uploads.NoRoomError):
        uploads.begin(tmp_path, 2, "b.csv", 2 * uploads.PIECE, 0)
    uploads.remove(first)
    uploads.begin(tmp_path, 2, "b.csv", 2 * uploads.PIECE, 0)


def test_waiting_files_are_few_and_old_ones_go(tmp_path: Path) -> None:
    for number in range(uploads.MOST_WAITING):
        uploads.begin(tmp_path, 1, f"{number}.csv", 5, 0)
    with pytest.raises(ConflictError, match="10 files wait"):
        uploads.begin(tmp_path, 1, "more.csv", 5, 0)
    uploads.begin(tmp_path, 2, "another person's.csv", 5, 0)
    now = datetime.now(UTC)
    assert uploads.forget_old(tmp_path, now=now) == 0
    assert (
        uploads.forget_old(tmp_path, now=now + uploads.KEPT_FOR + timedelta(hours=1))
        == uploads.MOST_WAITING + 1
    )
    assert list((tmp_path / "uploads").iterdir()) == []
