"""How long from starting the program to the first frame that shows the page, on a virtual display.

    xvfb-run -s "-screen 0 1440x900x24" python3 benches/first_frame.py target/release/endcap sample

The screen is read again and again; the time is that of the first reading that shows what the screen shows in the end,
so it is late by at most one reading (stated). Software rendering and the start of a fresh settings folder are included.
Needs ImageMagick.
"""

import os
import subprocess
import sys
import tempfile
import time

WIDTH, HEIGHT = 144, 90
READ = ["/usr/bin/import", "-silent", "-window", "root", "-resize", f"{WIDTH}x{HEIGHT}!", "-depth", "8", "gray:-"]


def screen():
    return subprocess.run(READ, capture_output=True, check=True).stdout


def difference(one, other):
    return sum(abs(a - b) for a, b in zip(one, other)) / len(one)


def main():
    command = sys.argv[1:]
    runs = int(os.environ.get("RUNS", "5"))
    for run in range(runs):
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "LIBGL_ALWAYS_SOFTWARE": "1"}
            started = time.monotonic()
            program = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
            seen = []
            while time.monotonic() - started < 6:
                at = time.monotonic() - started
                seen.append((at, screen()))
                # Leave the cores to the program between two readings.
                time.sleep(0.05)
            program.terminate()
            program.wait()
            last = seen[-1][1]
            # Pictures fade in one by one; the page is there when nothing but small pictures still differs.
            first = next(at for at, picture in seen if difference(picture, last) < 6)
            reading = seen[-1][0] / len(seen)
            print(f"run {run + 1}: {first * 1000:.0f} ms (one reading takes {reading * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
