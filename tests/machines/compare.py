#!/usr/bin/env python3
"""compare.py EXPECTED MADE: says where the lines of two machines differ; exits with 1 where frames do.

Lines about outputs may differ where a format has no encoder on one of the machines, and where the decoder of another
project gave other pixels: both are listed, not passed over.
"""

import collections
import pathlib
import sys


def read(path):
    lines = collections.OrderedDict()
    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        file, what, value = (line.split("\t", 2) + ["", ""])[:3]
        lines[file, what] = value
    return lines


def main():
    expected, made = (read(path) for path in sys.argv[1:3])
    files = sorted({file for file, _ in expected})
    if {file for file, _ in made} != set(files):
        sys.exit("the two are not about the same files")
    differing = collections.defaultdict(list)
    for key in sorted(expected.keys() | made.keys()):
        if expected.get(key) != made.get(key):
            differing[key[0]].append(key[1])
    other_pixels, other_frames, other_bytes, no_encoder = [], [], [], 0
    for file, whats in differing.items():
        lacking = [what for what in whats if "this build does not write" in made.get((file, what), "")]
        no_encoder += len(lacking)
        whats = [what for what in whats if what not in lacking]
        frames = [what for what in whats if not what.startswith("bytes ")]
        if "pixels" in whats:
            other_pixels.append((file, whats))
        elif frames:
            other_frames.append((file, whats))
        elif whats:
            other_bytes.append((file, whats))
    for title, found in [
        ("decoded to other pixels", other_pixels),
        ("OTHER FACES, HEADS OR FRAMES", other_frames),
        ("other bytes alone", other_bytes),
    ]:
        print(f"  {len(found)} of {len(files)} files: {title}")
        for file, whats in found:
            print(f"    {file}: {', '.join(whats)}")
    outputs = [key for key in expected if key[1].startswith("bytes ")]
    print(f"  {len(outputs)} outputs; {no_encoder} of them of a format that this build does not write")
    sys.exit(1 if other_frames else 0)


main()
