"""Bad and hostile files: each is refused by name with its reason, in bounded time, and stops no other."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest

from loaders import load_path, read, read_bytes
from loaders.sources import archive, count, files
from ontology.errors import UnreadableDocument
from ontology.statement import Document
from tests.loaders.sources import papers

GERMAN = "Nach dem Angriff auf die Molkerei steht das Werk seit Montag still, teilte das Unternehmen am Abend mit. " * 3


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read_bytes(name, content)
    assert caught.value.message.startswith(name)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    return caught.value.message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG image"),
        (b"\x7fELF" + bytes(100), "a program"),
        (bytes(range(256)) * 40, "binary data"),
        pytest.param(os.urandom(20_000), "", id="noise"),
        (b"12 34 -- 56", "no words"),
        (b'{"type": "bundle", "objects": []}', "JSON"),
        (b'{"type": "bundle", "objects": [', "JSON"),
        (b"[" * 100_000 + b'"', "JSON"),
        (b'<?xml version="1.0"?><feed><entry/></feed>', "XML"),
        (b"{\\rtf1 some text}", "RTF"),
        (GERMAN.encode(), "in German; only English is read"),
        ("工厂在袭击后停产，公司表示正在调查此事件，尚未恢复生产。".encode() * 3, "in Chinese"),
        (b"---\ntitle: [unclosed\n---\ntext", "front matter is no YAML"),
        (b"---\ntitle: A\n---\n", "front matter and no text"),
        (b"<html></html>", "no words"),
        (b"The plant stopped. " * 150_000, "characters of text"),
        (b"<html><body>" + b"<p>The plant <b>stopped</b>.</p>" * 15_000, "too big a page"),
        (b"<html><body>" + b"<div>" * 3_000 + b"The plant stopped.", "too deep a page"),
        (b"%PDF-1.4\nnothing here", "damaged or truncated PDF"),
    ],
    ids=lambda value: str(value[:12]) if isinstance(value, bytes) else value,
)
def test_refused_with_the_reason(content: bytes, reason: str) -> None:
    started = time.monotonic()
    assert reason in refusal("report", content)
    assert time.monotonic() - started < 10


def test_pdfs_that_cannot_be_read() -> None:
    whole = papers.pdf(papers.LEAD)
    assert "PDF" in refusal("cut.pdf", whole[: len(whole) // 3])
    assert "encrypted" in refusal("locked.pdf", papers.pdf(papers.LEAD, password="x"))
    assert "without text" in refusal("scan.pdf", papers.pdf(""))


def test_front_matter_builds_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made"
    source = f"---\ntitle: !!python/object/apply:os.mkdir ['{made}']\n---\nThe plant of the dairy stopped on Monday."
    with contextlib.suppress(UnreadableDocument):
        read_bytes("a.md", source.encode())
    assert not made.exists()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig", "utf-32"])
def test_encodings_are_found_out(encoding: str) -> None:
    text = "The bank’s “recovery” cost £5 million — half of it for a café in Zürich, the firm said on Monday."
    assert read_bytes("a.txt", text.encode(encoding)).body == text


def test_a_few_spoilt_bytes_do_not_turn_utf8_into_something_else() -> None:
    text = "The bank’s “recovery” cost £5 million — half of it “for” a café — in Zürich, the firm’s “men” said. " * 3
    assert "bank’s “recovery” cost £5" in read_bytes("a.txt", text.encode() + b"\xff").body


def test_a_folder_gives_the_good_and_names_the_bad(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.txt").write_text(papers.LEAD)
    (tmp_path / "b" / "empty.txt").touch()
    (tmp_path / "b" / "z.pdf").write_bytes(papers.pdf(papers.NEXT))
    (tmp_path / ".DS_Store").write_bytes(bytes(10))
    (tmp_path / "c.zip").write_bytes(papers.zipped({"d.txt": papers.LEAD.encode(), "__MACOSX/e": b"\0"}))
    found = list(read(tmp_path))
    assert [each.source for each in found if isinstance(each, Document)] == [
        str(tmp_path / "a.txt"),
        str(tmp_path / "b" / "z.pdf"),
        f"{tmp_path / 'c.zip'}!d.txt",
    ]
    assert [each.message for each in found if isinstance(each, UnreadableDocument)] == [
        f"{tmp_path / 'b' / 'empty.txt'}: empty"
    ]
    assert count(tmp_path) == 4
    assert count(tmp_path / "a.txt") == 1
    assert count(tmp_path / "c.zip") is None


def test_same_text_is_the_same_document(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(papers.LEAD)
    first, second = read(tmp_path)
    assert isinstance(first, Document) and isinstance(second, Document)
    assert first.id == second.id


def test_paths_that_are_not_there_or_not_readable(tmp_path: Path) -> None:
    (missing,) = read(tmp_path / "none.txt")
    assert isinstance(missing, UnreadableDocument)
    assert "no such file" in missing.message
    (looping,) = read(_loop(tmp_path))
    assert isinstance(looping, UnreadableDocument)


def _loop(folder: Path) -> Path:
    (folder / "loop").symlink_to("loop")
    return folder / "loop"


def test_pipes_are_read_and_endless_ones_are_not(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, papers.LEAD.encode())
    os.close(writer)
    (document,) = read(f"/dev/fd/{reader}")
    os.close(reader)
    assert isinstance(document, Document)
    (endless,) = read("/dev/zero")
    assert isinstance(endless, UnreadableDocument)
    assert "over 25,000,000 bytes" in endless.message


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(papers.zipped({"a.txt": papers.LEAD.encode()}))))
    (document,) = read("-")
    assert isinstance(document, Document)
    assert document.source == "-!a.txt"


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as stream:
        stream.write(b"text")
        stream.truncate(100_000_000)
    (refused,) = read(huge)
    assert isinstance(refused, UnreadableDocument)
    assert f"over {files.FILE_BYTES:,} bytes" in refused.message


def messages(tmp_path: Path, content: bytes) -> list[str]:
    path = tmp_path / "a.arc"
    path.write_bytes(content)
    return [
        each.message.removeprefix(str(path)) if isinstance(each, UnreadableDocument) else each.body
        for each in read(path)
    ]


def test_names_that_lead_out_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    members = {"../up.txt": b"x", "/root.txt": b"x", "C:\\win.txt": b"x", "fine.txt": papers.LEAD.encode()}
    for content in (
        papers.zipped(members),
        papers.tarred(members),
        papers.tarred(members, "w:xz"),
        papers.tarred(members, "w"),
    ):
        found = messages(tmp_path, content)
        assert sum("leads out of the archive" in each for each in found) == 3
        assert found[-1] == papers.LEAD


def test_links_in_archives_are_not_followed(tmp_path: Path) -> None:
    found = messages(tmp_path, papers.tarred({"link.txt": b"->/etc/passwd", "fine.txt": papers.LEAD.encode()}))
    assert found == ["!link.txt: a link or a device", papers.LEAD]


def test_bombs_are_stopped_early(tmp_path: Path) -> None:
    started = time.monotonic()
    zeros = bytes(20_000_000)
    for content in (papers.zipped({"a": zeros, "b": zeros}), papers.tarred({"a": zeros, "b": zeros}, "w:bz2")):
        assert any("unpacks to over" in each for each in messages(tmp_path, content))
    assert any("over 25,000,000" in each for each in messages(tmp_path, papers.zipped({"a": bytes(26_000_000)})))
    assert time.monotonic() - started < 20


def test_an_archive_of_very_many_members_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MEMBERS", 3)
    found = messages(tmp_path, papers.zipped({f"{number}.txt": papers.LEAD.encode() for number in range(5)}))
    assert len(found) == 4
    assert "over 3 members" in found[-1]


def test_damaged_and_nested_archives(tmp_path: Path) -> None:
    good = papers.zipped({"a.txt": papers.LEAD.encode() * 50})
    assert "damaged archive" in messages(tmp_path, good[: len(good) // 2])[0]
    assert "archive" in messages(tmp_path, papers.tarred({"a.txt": os.urandom(5000)})[:2000])[-1]
    assert "compressed, but no archive" in messages(tmp_path, gzip.compress(b"A plain text. " * 50))[0]
    assert "archive within an archive" in messages(tmp_path, papers.zipped({"in.zip": good}))[0]
    assert "Office document" in messages(tmp_path, papers.zipped({"[Content_Types].xml": b"<x/>"}))[0]


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    content = bytearray(papers.zipped({"a.txt": papers.LEAD.encode()}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as opened:
        assert opened.infolist()[0].flag_bits & 1 == 0
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert messages(tmp_path, bytes(content)) == ["!a.txt: encrypted"]


def test_one_bad_report_stops_no_other_on_the_way_to_statements(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "b.bin").write_bytes(bytes(range(256)))
    assert [type(each) for each in load_path(tmp_path)] == [UnreadableDocument, UnreadableDocument]


@pytest.mark.parametrize(
    "piece",
    [
        "![",
        "<!-- ",
        "<!-- x\n",
        "<!---->",
        "<script>\n",
        "*a **b ",
        "a|b\n-|-\n",
        "> ",
        "[a](<",
        "<a",
        "`` ` ",
        "&#x41;",
    ],
)
@pytest.mark.parametrize("name", ["a.md", "a.html"])
def test_pathological_marks_take_no_more_than_seconds(piece: str, name: str) -> None:
    content = piece * (200_000 // len(piece)) + "\n\n" + papers.LEAD
    started = time.monotonic()
    with contextlib.suppress(UnreadableDocument):
        read_bytes(name, content.encode())
    assert time.monotonic() - started < 10
