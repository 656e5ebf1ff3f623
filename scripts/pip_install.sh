#!/bin/sh
# Installs pinned requirements into .venv, hashes checked: with uv, which is quick, else with pip.
set -eu
cd "$(dirname "$0")/.."
if [ -x .venv/bin/uv ] && .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$1"; then
    exit 0
fi
echo "uv could not install $1; trying pip, which takes longer" >&2
exec .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
