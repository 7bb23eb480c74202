#!/usr/bin/env python3
"""CPU time and peak memory of headshot beside djpeg and a hand-written OpenCV script, on camera-sized files.

    cargo build --release
    python3 benches/peers.py [--rounds 5] [--count 8] [--megapixels 24] [--photos DIR]

Makes the files from samples/ (or takes those of --photos), runs every program over all of them in turn, and again in
the next round, so that a busy machine slows all alike. Prints the median of the rounds, the lowest and the highest, and
how many times djpeg's CPU time it is. CPU time is user + system of one process with one thread.

Needs Pillow, numpy and djpeg (Debian: libjpeg-turbo-progs); leaves OpenCV out where Python's cv2 is missing.
"""
import argparse
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What a Python user writes: decode, YuNet on a copy of 320 pixels, crop, resize, JPEG. It does not level and does not
# look for the crown.
OPENCV = """
import os, sys, cv2
cv2.setNumThreads(1)
model, source, target, *sizes = sys.argv[1:]
for name in sorted(os.listdir(source)):
    photo = cv2.imread(os.path.join(source, name))
    if photo is None:
        continue
    scale = 320 / max(photo.shape[:2])
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = cv2.FaceDetectorYN.create(model, "", small.shape[1::-1], 0.6).detect(small)[1]
    if found is None:
        continue
    left, top, width, height = max(found, key=lambda face: face[-1])[:4] / scale
    for size in sizes:
        out_width, out_height = map(int, size.split("x"))
        frame_height = height * 2.1
        frame_width = frame_height * out_width / out_height
        x, y = max(0, int(left + (width - frame_width) / 2)), max(0, int(top + (height - frame_height) / 2))
        crop = photo[y:int(y + frame_height), x:int(x + frame_width)]
        crop = cv2.resize(crop, (out_width, out_height), interpolation=cv2.INTER_AREA)
        cv2.imwrite(os.path.join(target, f"{name}_{size}.jpg"), crop, [cv2.IMWRITE_JPEG_QUALITY, 90])
"""


def make_photos(folder, count, megapixels, **options):
    """Enlarges the samples to `megapixels`, 2:3 upright, with noise like a sensor's; the same files every time."""
    import numpy
    from PIL import Image

    width = round((megapixels * 1e6 * 2 / 3) ** 0.5 / 16) * 16
    height = round(width * 1.5 / 16) * 16
    samples = sorted(path for path in (ROOT / "samples").rglob("*") if path.suffix in (".jpg", ".png"))
    for index in range(count):
        with Image.open(samples[index % len(samples)]) as opened:
            photo = opened.convert("RGB")
        part = min(photo.width / 2, photo.height / 3)
        left, top = (photo.width - 2 * part) / 2, (photo.height - 3 * part) / 2
        box = (left, top, left + 2 * part, top + 3 * part)
        pixels = numpy.asarray(photo.resize((width, height), Image.BICUBIC, box=box), dtype=numpy.float32)
        noise = numpy.random.default_rng(index)
        pixels = pixels + noise.normal(0, 5.6, (height, width, 1)) + noise.normal(0, 1.6, (height, width, 3))
        photo = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
        photo.save(folder / f"camera-{index}.jpg", **options)


def measured(command, runs_for_each=None):
    """CPU seconds and peak memory in MB of `command`; of one run for each file where these are given."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = 0
    for extra in runs_for_each or [[]]:
        process = subprocess.Popen([*map(str, command), *map(str, extra)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 3, 4):
            sys.exit(f"{command[0]} ended with {process.returncode}")
        peak = max(peak, usage.ru_maxrss / 1024)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak


def compare(title, photos, headshot, work, rounds, with_djpeg):
    """Prints the table of one set of photos."""
    files = [[path] for path in sorted(photos.iterdir())]
    crops = lambda preset: [headshot, photos, "-o", work / "out", "-j", "1", "--quiet", "--allow-upscale", "-p", preset]
    model = next((ROOT / "models").glob("*yunet*.onnx"))
    programs = {
        "djpeg -outfile /dev/null": (["djpeg", "-outfile", os.devnull], files),
        "headshot -p linkedin": (crops("linkedin"), None),
        "headshot -p work": (crops("work"), None),
        "headshot -p linkedin,team-page,resume": (crops("linkedin,team-page,resume"), None),
    }
    try:
        import cv2  # noqa: F401
        script = [sys.executable, "-c", OPENCV, model, photos, work / "out"]
        programs["OpenCV script, 1 size"] = ([*script, "800x800"], None)
        programs["OpenCV script, 3 sizes"] = ([*script, "800x800", "800x1000", "413x531"], None)
    except ImportError:
        print("without OpenCV: Python has no cv2")
    if not with_djpeg:
        del programs["djpeg -outfile /dev/null"]
    figures = {name: [] for name in programs}
    for _ in range(rounds):
        for name, (command, each) in programs.items():
            shutil.rmtree(work / "out", ignore_errors=True)
            (work / "out").mkdir()
            figures[name].append(measured(command, each))
    base = statistics.median(cpu for cpu, _ in next(iter(figures.values())))
    print(f"\n{title}: {len(files)} files, {rounds} rounds\n\n| | CPU s | lowest to highest | of the first | peak MB |\n| --- | --- | --- | --- | --- |")
    for name, rounds_of_it in figures.items():
        cpu = sorted(seconds for seconds, _ in rounds_of_it)
        median = statistics.median(cpu)
        peak = max(memory for _, memory in rounds_of_it)
        print(f"| {name} | {median:.2f} | {cpu[0]:.2f} to {cpu[-1]:.2f} | {median / base:.2f} | {peak:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--megapixels", type=float, default=24)
    parser.add_argument("--photos", type=Path, action="append", help="a folder of photos instead of made ones")
    parser.add_argument("--headshot", type=Path, default=ROOT / "target" / "release" / "headshot")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        kinds = {
            "4:2:0, quality 92": {"quality": 92, "subsampling": 2},
            "4:4:4, quality 95": {"quality": 95, "subsampling": 0},
            "progressive 4:2:0, quality 92": {"quality": 92, "subsampling": 2, "progressive": True},
        }
        sets = [(str(photos), photos) for photos in arguments.photos or []]
        for index, (title, options) in enumerate(kinds.items() if not sets else []):
            photos = work / f"photos-{index}"
            photos.mkdir()
            # By a process of its own: what this one holds would count among the peaks of those it starts.
            making = (photos, arguments.count, arguments.megapixels)
            process = multiprocessing.Process(target=make_photos, args=making, kwargs=options)
            process.start()
            process.join()
            if process.exitcode != 0:
                sys.exit("the photos could not be made")
            sets.append((f"{arguments.megapixels:g} megapixels, {title}", photos))
        for title, photos in sets:
            only_jpeg = all(path.suffix.lower() in (".jpg", ".jpeg") for path in photos.iterdir())
            compare(title, photos, arguments.headshot, work, arguments.rounds, only_jpeg)


if __name__ == "__main__":
    main()
