"""Pictures drawn for tests: real ones, which real programs can read."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

GPS_PLACE = "21.028511"


def png(mark: int = 0, width: int = 8, height: int = 6) -> bytes:
    """Return a drawing that no other mark has."""
    return _saved(Image.new("RGB", (width, height), (mark % 256, mark // 256 % 256, 90)), "PNG")


def photograph(width: int = 2000, height: int = 1200, mark: int = 0) -> Image.Image:
    """Return something that is not flat: light that falls off, and a few shapes."""
    across = Image.linear_gradient("L").resize((width, height)).rotate(180)
    round_ = Image.radial_gradient("L").resize((width, height))
    image = Image.merge("RGB", (across, round_, Image.new("L", (width, height), 60 + mark)))
    pen = ImageDraw.Draw(image)
    pen.rectangle((width // 10, height // 10, width // 4, height // 3), fill=(200, 30, 30))
    pen.ellipse((width // 2, height // 2, width // 2 + height // 4, height // 2 + height // 4), fill=(250, 220, 90))
    return image


def jpeg(image: Image.Image, **options: object) -> bytes:
    """Return an image as JPEG, as a camera saves it."""
    return _saved(image, "JPEG", quality=90, **options)


def from_a_phone(width: int = 2000, height: int = 1200) -> bytes:
    """Return a photograph held upright, with everything a phone writes into it: turned, with its place and a name."""
    exif = Image.Exif()
    exif[0x0112] = 6  # shown upright, saved lying
    exif[0x010F] = "Maker of phones"
    exif[0x013B] = "Somebody who took it"
    exif[0x8825] = {1: "N", 2: (21.0, 1.0, 42.64), 3: "E", 4: (105.0, 51.0, 15.1)}
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><place>{GPS_PLACE}</place></x:xmpmeta>'.encode()
    return jpeg(photograph(width, height), exif=exif, xmp=xmp, comment=b"at home") + b"TRAILER" + GPS_PLACE.encode()


def moving(frames: int = 3) -> bytes:
    """Return a GIF that moves."""
    images = [Image.new("RGB", (60, 40), (number * 80, 0, 0)) for number in range(frames)]
    return _saved(images[0], "GIF", save_all=True, append_images=images[1:], duration=200, loop=0, comment=b"at home")


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def pdf(*pages: str, encrypted: bool = False) -> bytes:
    """Return a PDF with these texts, one on each page."""
    parts = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for text in pages:
        number = len(parts) + 1
        kids.append(f"{number} 0 R")
        stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET" if text else ""
        font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents {number + 1} 0 R /Resources {font} >>"
        )
        parts.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    parts[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    written, places = io.BytesIO(b""), []
    written.write(b"%PDF-1.4\n")
    for number, part in enumerate(parts, 1):
        places.append(written.tell())
        written.write(f"{number} 0 obj\n{part}\nendobj\n".encode())
    start = written.tell()
    written.write(f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n".encode())
    written.write("".join(f"{place:010} 00000 n \n" for place in places).encode())
    key = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]"
    written.write(f"trailer << /Size {len(parts) + 1} /Root 1 0 R {key if encrypted else ''} >>\n".encode())
    written.write(f"startxref\n{start}\n%%EOF\n".encode())
    return written.getvalue()
