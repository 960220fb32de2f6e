#!/usr/bin/env bash
# Installs the reference Bluesky server into .tools/pds, as package-lock.json pins it. Does nothing when it is there.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
home="$here/../../../.tools/pds"

mkdir -p "$home"
if [ -f "$home/installed" ] && cmp -s "$here/package-lock.json" "$home/installed"; then
  exit 0
fi
rm -f "$home/installed"
cp "$here/package.json" "$here/package-lock.json" "$home/"
cd "$home"
npm ci --no-audit --no-fund --loglevel=error
# Its SQLite is compiled during the installation, and a failure there is not reported.
[ -f node_modules/better-sqlite3/build/Release/better_sqlite3.node ] || npm rebuild better-sqlite3
node -e 'require("better-sqlite3")(":memory:")'
cp package-lock.json installed
