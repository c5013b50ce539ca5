"""The script that somebody would write with face_recognition: the speed comparison's other side.

    python -m tests.bench.plain_script REFERENCES PHOTOS OUT

Loads each photo, finds faces (HOG), encodes them, compares with the nearest reference within 0.6,
blurs the boxes of the others, saves. It is not safe; it is what photogate is measured against.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter


def main() -> None:
    """Enrol, then process every photo; prints the seconds for the photos alone, by the clock
    and of the processor."""
    import face_recognition

    references, photos, out = (Path(word) for word in sys.argv[1:4])
    known = []
    for path in sorted(references.rglob("*.jpg")):
        known += face_recognition.face_encodings(face_recognition.load_image_file(path))[:1]
    start, worked = time.perf_counter(), time.process_time()
    for path in sorted(photos.rglob("*.jpg")):
        pixels = face_recognition.load_image_file(path)
        boxes = face_recognition.face_locations(pixels)
        picture = Image.fromarray(pixels)
        encodings = face_recognition.face_encodings(pixels, boxes)
        for (top, right, bottom, left), encoding in zip(boxes, encodings, strict=True):
            if not known or np.min(face_recognition.face_distance(known, encoding)) > 0.6:
                part = picture.crop((left, top, right, bottom))
                picture.paste(part.filter(ImageFilter.GaussianBlur(30)), (left, top))
        target = out / path.relative_to(photos)
        target.parent.mkdir(parents=True, exist_ok=True)
        picture.save(target, quality=88)
    print(time.perf_counter() - start, time.process_time() - worked)


if __name__ == "__main__":
    main()
