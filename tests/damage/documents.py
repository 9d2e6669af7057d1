"""Broken documents, and drawings, that somebody thought of."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from functools import partial

from gateway.nouns.media import MediaFormat as F

Make = Callable[[], bytes]
_MANY = 20_000
_BEGUN = "-----BEGIN C2PA MANIFEST-----"
_LONG_AGO = (1990, 1, 1, 0, 0, 0)
_BOMB = 128 << 20


def _svg(content: bytes) -> list[Make]:
    root = '<svg xmlns="http://www.w3.org/2000/svg" {}>{}</svg>'
    heads = (
        "width='1e9' height='1e9'",
        "width='0' height='0'",
        "width='-5' height='9'",
        "viewBox='0 0 1e308 1e308'",
        "viewBox='a b'",
        "viewBox='0 0 NaN 9'",
        "width='9' width='9'",
        "width='100%' height='100%'",
        "x:y='1'",
        "viewBox='0 0 400 300' transform='scale(0)'",
        "viewBox='0 0 0.0001 90000'",
        "width='1em' height='&x;'",
    )
    bodies = (
        "<g>" * 5_000 + "</g>" * 5_000,
        "<g>" * 900 + "</g>" * 900,
        "<![CDATA[</svg>]]>",
        "<!-- </svg> -->",
        "<metadata/>" * 3_000,
        "<metadata><rdf:RDF></metadata>",
        "<?php </svg> ?>",
        "<a" + " b='1'" * 2 + "/>",
        "<a" + "".join(f" b{n}='1'" for n in range(9_000)) + "/>",
        "&x;",
        "</g>",
        "<script>alert(1)</script>",
        "<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>",
        "<style>* {display: none !important}</style>",
    )
    laughs = "<!DOCTYPE svg [<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12)
    )
    return [
        *(partial(lambda each: root.format(each, "<rect/>").encode(), each) for each in heads),
        *(
            partial(lambda each: root.format("viewBox='0 0 400 300'", each).encode(), each)
            for each in bodies
        ),
        (laughs + "]>" + root.format("", "&m;")).encode,
        ("<!DOCTYPE svg SYSTEM 'file:///etc/passwd'>" + root.format("", "")).encode,
        ("<?xml version='1.0' encoding='utf-16'?>" + root.format("", "")).encode,
        lambda: ("<?xml version='1.0'?>" + root.format("", "")).encode("utf-16"),
        ("\ufeff" + root.format("", "")).encode,
        lambda: content + content,
        lambda: b"<svg",
        lambda: b"<svg/>",
        lambda: b"<svg xmlns='other'/>",
        lambda: b"<!-- <svg -->",
        lambda: content.replace(b"\n", b"\r"),
        lambda: content.replace(b"<rect", b"<\0rect"),
    ]


def _text(content: bytes) -> list[Make]:
    wrapper = "\ufeff" + "".join(chr(0xE00F0 + max(16, n)) for n in b"C2PATXT")
    matter = (
        "---\nAIGC:\n  Label: '1'\n",
        "---\na: &a [x]\nb: [*a, *a]\n---\n",
        "---\n{[\n---\n",
        "---\n\t- x\n---\n",
        "---\nAIGC: 1\nAIGC: 2\n---\n",
        "---\nAIGC: {Label: '1', Label: '2'}\n---\n",
        "---\n---\n",
        "---\n...\n",
        "---\n" + "a: b\n" * 9_000 + "---\n",
        "---\na: !!python/object:os.system x\n---\n",
        "---\n? [a]\n: b\n---\n",
        "---\n"
        + "".join(f"x{n}: &x{n} [" + f"*x{n - 1}, " * 9 * (n > 0) + "1]\n" for n in range(9))
        + "---\n",
        "---\n" + "[" * 4_000 + "\n---\n",
        "---\r\nAIGC:\r\n  Label: x\r\n---\r\n",
        "---\n" + "- " * 3_000 + "\n---\n",
        "\ufeff---\na: b\n---\n",
        "+++\na = 1\n+++\n",
        "---\na: 'x\n---\n",
        "---\nAIGC: |\n  x\n---\n",
    )
    bodies = (
        "",
        "\n",
        "\r",
        "x\r\ry",
        "```\n",
        "~~~~\nx",
        "<!--",
        "<pre>",
        "<div>" * 9_000,
        "> " * 9_000,
        "x" * 1_000_000,
        "<html>",
        "<html><head>",
        "<html><body></head>",
        "<title></html>",
        "<script></body>",
        "<plaintext>",
        "<body></body></body>",
        "<!DOCTYPE html><!-- -->",
        "<head" * 3_000,
        "<meta name=AIGC content='{' />" * 99,
        "<head><meta name='AIGC' content='{&quot;Label&quot;:1}'><title>",
        "<svg><style></body>",
        "<a b='" * 5_000,
        "<textarea></head><body>",
        "</html>" * 999,
        "<template><head>",
        "<frameset>",
        "<html/><body/>",
        "e\u0301",
        wrapper,
        wrapper + "\ufe00" * 99,
        wrapper * 50,
        "\u202e" * 9,
        "\ufeff\ufeff",
        "\x0c",
        "\x1b[0m",
        f"{_BEGUN} data:application/c2pa;base64,AAAA -----END C2PA MANIFEST-----",
        f"{_BEGUN} " * 2_000,
        "<script type='application/c2pa'>AAAA</script>",
        "<script type='application/c2pa'>",
        "|a|b|\n|-|-|\n" * 999,
        "\u2028",
        "x\u0085y",
        "$$\n",
        "\\begin{x}",
    )
    raw = (
        b"\xff\xfe" + "x".encode("utf-16-le"),
        b"a\0b",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        "中".encode("gb18030"),
        b"\x80" * 999,
    )
    return [
        *(partial(lambda each: each.encode() + content, each) for each in (*matter, *bodies)),
        *(partial(lambda each: each.encode(), each) for each in (*matter, *bodies)),
        *(partial(lambda each: content + each.encode(), each) for each in bodies),
        *(partial(lambda each: each, each) for each in raw),
        *(partial(lambda each: content + each, each) for each in raw),
        lambda: content + content,
        lambda: content * 2_000,
    ]


def _all(content: bytes, pattern: bytes, into: bytes) -> bytes:
    """Return the file with the group of each match replaced."""
    out = bytearray(content)
    for each in re.finditer(pattern, content, re.DOTALL):
        out[each.start(1) : each.end(1)] = into
    return bytes(out)


def _rezipped(
    content: bytes,
    change: Callable[[str, bytes], bytes | None],
    more: dict[str, bytes],
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", method) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, method)
        for name, data in more.items():
            new.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, method)
    return out.getvalue()


def _package(content: bytes) -> list[Make]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        names = opened.namelist()

    def alone(wanted: str, into: Callable[[bytes], bytes | None]) -> bytes:
        return _rezipped(content, lambda name, data: into(data) if name == wanted else data, {})

    laughs = b"<!DOCTYPE a [<!ENTITY b 'ha'>]>"
    damages: tuple[Callable[[bytes], bytes | None], ...] = (
        lambda _: None,
        lambda _: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data + data,
        lambda data: data.replace(b"?>", b"?>" + laughs, 1),
        lambda data: data.decode("utf-8", "replace").encode("utf-16"),
        lambda data: data.replace(b"><", b">" + b"<x>" * 3_000 + b"<", 1),
        lambda _: b"\0" * 99,
        lambda data: re.sub(rb'"[0-9]+"', b'"99999999999999999999"', data),
        lambda data: re.sub(rb'"[0-9]+"', b'"-1"', data),
        lambda data: re.sub(rb'Id="[^"]*"', b'Id="rId1"', data),
        lambda data: re.sub(rb'Target="[^"]*"', b'Target="../../../etc/x"', data),
        lambda data: re.sub(rb"<[a-z:A-Z]+/>", b"", data),
        lambda data: re.sub(rb"xmlns:([a-z]+)=", rb"xmlns:z\1=", data),
    )
    first = [each for each in names if each.endswith((".xml", ".rels"))]
    first.sort(key=lambda name: (name.count("theme") + name.count("Layout"), name))
    custom = b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">'
    extra: tuple[dict[str, bytes], ...] = (
        {"../../evil.xml": b"<a/>"},
        {"/etc/passwd": b"x"},
        {"C:\\x": b"x"},
        {"a" * 60_000: b"x"},
        {"docProps/custom.xml": custom},
        {"docProps/custom.xml": custom + b"</Properties>"},
        {"docProps/custom.xml": b""},
        {"docprops/CUSTOM.xml": custom + b"</Properties>"},
        {"docProps/custom.xml": b"<a>" * _MANY},
        {"bomb.bin": bytes(_BOMB)},
        {f"m{n}": b"" for n in range(9_000)},
        {"x/": b""},
        {"": b"x"},
        {"_xmlsignatures/sig1.xml": b"<a/>"},
        {"META-INF/content_credential.c2pa": b"\0\0\0\x10jumb"},
        {"EncryptedPackage": b"x"},
        {"word/vbaProject.bin": b"x"},
        {"\u202e.xml": b"x"},
    )
    made: list[Make] = [partial(alone, name, damage) for damage in damages for name in first[:14]]
    made += [partial(_rezipped, content, lambda _, data: data, each) for each in extra]
    made += [
        partial(_rezipped, content, lambda _, data: data, {}, method)
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    ]
    made += [
        lambda: b"junk" * 99 + content,
        lambda: content + b"junk",
        lambda: content + content,
        lambda: content.replace(b"PK\3\4", b"PK\3\4\xff\xff\xff\xff", 1),
        partial(_all, content, rb"PK\x01\x02.{6}(..)", b"\1\0"),
        partial(_all, content, rb"PK\x01\x02.{18}(.{8})", b"\xff" * 8),
        partial(_all, content, rb"PK\x01\x02.{38}(....)", b"\0\0\0\0"),
        partial(_all, content, rb"PK\x05\x06.{4}(....)", b"\xff\xff\xff\xff"),
    ]
    return made


def _pdf(content: bytes) -> list[Make]:
    def document(*objects: str, trailer: str = "/Root 1 0 R", stream: bytes = b"") -> bytes:
        out, places = bytearray(b"%PDF-1.7\n"), []
        for number, each in enumerate(objects, 1):
            places.append(len(out))
            out += f"{number} 0 obj\n{each}".encode()
            out += (b"\nstream\n" + stream + b"\nendstream") * (each.endswith(">>%"))
            out += b"\nendobj\n"
        at = len(out)
        out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += f"trailer\n<</Size {len(objects) + 1}{trailer}>>\nstartxref\n{at}\n%%EOF\n".encode()
        return bytes(out)

    root = "<</Type/Catalog/Pages 2 0 R>>"
    leaf = "<</Type/Page/Parent 2 0 R/MediaBox[{}]{}>>"
    pages = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
    boxes = (
        "0 0 0 0",
        "0 0 1e30 1e30",
        "0 0 -9 -9",
        "0 0 595",
        "(x) 0 9 9",
        "500 800 0 0",
        "0 0 3 3",
        "-1e9 -1e9 1e9 1e9",
        "4 0 R",
        "null null null null",
        "0 0 14400 14400",
    )
    mores = (
        "/Rotate 45",
        "/Rotate (x)",
        "/UserUnit 1e9",
        "/Contents 3 0 R",
        "/Contents[3 0 R 3 0 R]",
        "/Resources 3 0 R",
        "/Resources<</Font 7>>",
        "/Annots[3 0 R]",
        "/Contents(x)",
        "/CropBox[0 0 1 1]",
        "/Resources<</XObject<</A 3 0 R>>>>",
    )
    kids = (
        "[2 0 R]",
        "[3 0 R 3 0 R]",
        "[" + "3 0 R " * 3_000 + "]",
        "[]",
        "7",
        "[9 0 R]",
        "[(x)]",
        "[null]",
    )
    infos = (
        "(x)",
        "[1]",
        "9 0 R",
        "<</AIGC 7>>",
        "<</AIGC(x)/AIGC(y)>>",
        "<</AIGC<</Label(1)>>>>",
        "<<",
        "3 0 R",
        '<</AIGC({"Label":"1"})>>',
    )
    packed = zlib.compress(bytes(_BOMB))
    filled = f"<</Length {len(packed)}/Filter/FlateDecode>>%"
    nest = "[" * 3_000 + "]" * 3_000
    return [
        *(partial(document, root, pages, leaf.format(each, "")) for each in boxes),
        *(partial(document, root, pages, leaf.format("0 0 595 842", each)) for each in mores),
        *(
            partial(
                document, root, f"<</Type/Pages/Kids{each}/Count 1>>", leaf.format("0 0 9 9", "")
            )
            for each in kids
        ),
        *(
            partial(
                document,
                root,
                pages,
                leaf.format("0 0 595 842", ""),
                trailer=f"/Root 1 0 R/Info {each}",
            )
            for each in infos
        ),
        partial(
            document,
            root,
            pages,
            leaf.format("0 0 595 842", "/Contents 4 0 R"),
            filled,
            stream=packed,
        ),
        partial(document, root, pages, leaf.format("0 0 595 842", "/X 4 0 R"), nest),
        partial(
            document,
            root,
            "<</Type/Pages/Kids[3 0 R]/Count 2147483647>>",
            leaf.format("0 0 9 9", ""),
        ),
        partial(document, root, pages, leaf.format("0 0 9 9", ""), trailer="/Root 7 0 R"),
        partial(
            document, root, pages, leaf.format("0 0 9 9", ""), trailer="/Root 1 0 R/Encrypt<</V 9>>"
        ),
        partial(document, root, pages, leaf.format("0 0 9 9", ""), trailer="/Root 1 0 R/Prev 9"),
        partial(document, "<</Type/Catalog/Pages 1 0 R>>"),
        partial(
            document,
            "<</Type/Catalog/Pages 2 0 R/Metadata 1 0 R>>",
            pages,
            leaf.format("0 0 9 9", ""),
        ),
        lambda: content + content,
        lambda: content + b"%%EOF\n" * 999,
        lambda: b"junk\n" * 200 + content,
        lambda: content.replace(b"startxref", b"startxxxx"),
        lambda: re.sub(rb"startxref\n[0-9]+", b"startxref\n99999999999", content),
        lambda: content.replace(b"endobj", b"endxxx"),
        lambda: content.replace(b"/Type", b"/Tyqe"),
        lambda: content.replace(b" R", b" R R"),
        lambda: b"%PDF-1.7\n",
        lambda: content.replace(b"/Page", b"/Payge"),
        lambda: content.replace(b"%PDF-1.", b"%PDF-9."),
    ]


CRAFTED: dict[F, Callable[[bytes], list[Make]]] = {
    **dict.fromkeys((F.TXT, F.MARKDOWN, F.HTML), _text),
    **dict.fromkeys((F.DOCX, F.XLSX, F.PPTX), _package),
    F.SVG: _svg,
    F.PDF: _pdf,
}
"""What makes the broken files of a format from a good one."""
