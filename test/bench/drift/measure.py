"""Runs a command and prints wall seconds, CPU seconds and peak memory in MB of it and its children, as JSON on the last line."""
import json
import resource
import subprocess
import sys
import time

start = time.monotonic()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
scale = 1e6 if sys.platform == "darwin" else 1e3
print(json.dumps({"code": code, "wall": time.monotonic() - start, "cpu": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / scale}))
