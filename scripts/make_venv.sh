#!/bin/sh
# Makes .venv with the given Python and puts the pinned installer and build tool into it.
set -eu
cd "$(dirname "$0")/.."
PYTHON=$1
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Strawline needs Python 3.11 or later; '$PYTHON' is $("$PYTHON" --version 2>&1)." >&2
    echo "Name another one with: make PYTHON=python3.12 ..." >&2
    exit 1
fi
if [ ! -x .venv/bin/python ] && ! "$PYTHON" -m venv .venv; then
    rm -rf .venv
    echo "This Python cannot make virtual environments. On Debian: apt-get install python3-venv" >&2
    exit 1
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt
