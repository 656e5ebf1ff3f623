#!/bin/sh
# Sees to a Chromium for the browser tests: on PATH, else Playwright's download, else Debian's package (as root).
# Without one the browser tests skip; this script says so and does not fail.
cd "$(dirname "$0")/.." || exit 0
for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
PLAYWRIGHT_STAMP=.venv/.chromium-by-playwright
[ -e "$PLAYWRIGHT_STAMP" ] && exit 0
echo "No Chromium on PATH: trying Playwright's download"
if timeout 300 .venv/bin/playwright install chromium >/dev/null 2>&1; then
    touch "$PLAYWRIGHT_STAMP"
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Playwright's download is not to be had: trying Debian's package"
    apt-get update -qq >/dev/null 2>&1
    for package in chromium-headless-shell chromium; do
        apt-get install -y -qq "$package" >/dev/null 2>&1 && exit 0
    done
fi
echo "*************************************************************************"
echo "*  NO CHROMIUM COULD BE FOUND OR INSTALLED: THE BROWSER TESTS ARE SKIPPED *"
echo "*************************************************************************"
exit 0
