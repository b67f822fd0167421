"""Documents as one HTML page that needs nothing else; no text is taken for markup."""

from __future__ import annotations

from html import escape

from scenarios.documents.model import (
    Block,
    Cell,
    Document,
    Heading,
    Marked,
    Note,
    Paragraph,
    Table,
    cell_text,
    clean,
    is_number,
)

_STYLE = """
@page { size: A4 landscape; margin: 14mm 12mm; }
* { box-sizing: border-box; }
body { font: 15px/1.6 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
       "WenQuanYi Micro Hei", system-ui, sans-serif; color: #1d2733; max-width: 76rem; margin: 2rem auto;
       padding: 0 1.2rem; }
h1 { font-size: 1.7rem; text-align: center; margin: 0 0 .2rem; }
.subtitle { text-align: center; color: #5a6775; margin: 0 0 1.4rem; }
h2 { font-size: 1.25rem; margin: 1.8rem 0 .6rem; padding-bottom: .2rem; border-bottom: 2px solid #b3261e; }
h3 { font-size: 1.05rem; margin: 1.2rem 0 .4rem; }
p { margin: .4rem 0; }
.note { color: #5a6775; font-size: .82rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .88rem; }
th { background: #d9e1f2; text-align: left; }
th, td { border: 1px solid #c3ccd6; padding: .25rem .5rem; vertical-align: top; overflow-wrap: anywhere; }
tbody tr:nth-child(even) { background: #f5f7fa; }
td.number { text-align: right; white-space: nowrap; }
td.light { white-space: nowrap; font-weight: 600; }
.green { color: #13703a; } .amber { color: #8a5a00; } .red { color: #b3261e; } .done { color: #44546a; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 10pt; }
  thead { display: table-header-group; } tr { break-inside: avoid; } h2, h3 { break-after: avoid; }
  th, tbody tr:nth-child(even), td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def to_html(document: Document) -> str:
    """A document as a page that opens and prints anywhere.

    Examples
    --------
    >>> page = to_html(Document("<script>", "today", (Paragraph("a & b"),), "en"))
    >>> "<script>" in page, "<p>a &amp; b</p>" in page
    (False, True)
    """
    title = _text(document.title)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{_LANGUAGES[document.lang]}">',
            '<head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{title}</title>",
            f"<style>{_STYLE}</style></head>",
            f'<body>\n<h1>{title}</h1>\n<p class="subtitle">{_text(document.subtitle)}</p>',
            *(_block(block, document.lang) for block in document.blocks),
            "</body>\n</html>\n",
        ]
    )


def _block(block: Block, lang: str) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level + 1}>{_text(text)}</h{level + 1}>"
        case Paragraph(text):
            return f"<p>{_text(text)}</p>"
        case Note(text):
            return f'<p class="note">{_text(text)}</p>'
        case Table(headers, rows):
            head = "".join(f"<th>{_text(header)}</th>" for header in headers)
            body = "\n".join(f"<tr>{''.join(_cell(cell, lang) for cell in row)}</tr>" for row in rows)
            return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _cell(cell: Cell, lang: str) -> str:
    kind = ""
    if isinstance(cell, Marked):
        kind = f' class="light {cell.mark}"'
    elif is_number(cell):
        kind = ' class="number"'
    return f"<td{kind}>{_text(cell_text(cell, lang))}</td>"


def _text(text: str) -> str:
    return escape(clean(text))
