"""Prints a lock file of uv's (pylock.toml) as requirements for pip.

It keeps the wheels that may be installed where .ci runs: CPython on Linux with glibc and on
macOS, both on 64 bits of Intel's and Arm's. pip then refuses all others, and every source
distribution.
"""

import re
import sys
import tomllib

ANYWHERE = r"(py2\.)?py3-none-any"
HERE = r"(cp3\d+-(cp3\d+|abi3|none)|(py2\.)?py3-none)-(\S+\.)?(manylinux\w+_(x86_64|aarch64)|macosx_\w+_(x86_64|arm64|universal2))"
WHEEL = re.compile(rf"-({ANYWHERE}|{HERE})\.whl$")

with open(sys.argv[1], "rb") as lock:
    packages = tomllib.load(lock)["packages"]
for package in packages:
    marker = package.get("marker", "")
    hashes = sorted(w["hashes"]["sha256"] for w in package["wheels"] if WHEEL.search(w["url"]))
    if not hashes and "win32" not in marker:
        sys.exit(f"{package['name']} {package['version']} has no wheel for Linux and macOS")
    if hashes:
        name = f"{package['name']}=={package['version']}" + (f" ; {marker}" if marker else "")
        print(" \\\n    --hash=sha256:".join([name, *hashes]))
