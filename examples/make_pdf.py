"""Makes `reports/asahi-qilin.pdf` from its text: one of the reports has to be a PDF, and its source has to be readable.

    python examples/make_pdf.py

The file is the same each time: its date is the report's own, and it has no random id.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE / "asahi-qilin.source.txt"
TARGET = HERE / "reports" / "asahi-qilin.pdf"


def pdf(text: str) -> bytes:
    """A document of one A4 page: the first line is its title, in larger letters."""
    title, _, body = text.strip().partition("\n\n")
    lines = [line for paragraph in body.split("\n\n") for line in (*textwrap.wrap(paragraph, 92), "")]
    content = "\n".join(
        [
            "BT /F2 15 Tf 60 780 Td",
            f"({escape(title)}) Tj",
            "/F1 10.5 Tf 15 TL 0 -15 Td",
            *(f"T* ({escape(line)}) Tj" for line in lines),
            "ET",
        ]
    ).encode("cp1252")
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        font.format("Helvetica").encode(),
        font.format("Helvetica-Bold").encode(),
        f"<< /Title ({escape(title)}) /Author (Incident Graph Examples) /CreationDate (D:20251008) >>".encode("cp1252"),
    ]
    return assemble(objects)


def assemble(objects: list[bytes]) -> bytes:
    """The objects, numbered from 1, with the table that says where each starts."""
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


def escape(text: str) -> str:
    """A text as a PDF string holds it."""
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


if __name__ == "__main__":
    TARGET.write_bytes(pdf(SOURCE.read_text("utf-8")))
