#!/usr/bin/env bash
# `npm sbom --omit dev` of npm 11.19.1 leaves out a runtime dependency that a dev dependency depends on as well: ms is listed where nothing
# else needs it, and is gone as soon as debug, which needs it too, is a devDependency. `npm ls --omit dev` and the lock file have it.
# Known as npm/cli#7909. So our bill of materials is made from the lock file and from what the bundler says that it wrote.
# Seen 2026-11-29, Node 20.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund npm@11.19.1 --prefix tool
npm=$folder/tool/node_modules/.bin/npm
listed() {
  "$npm" install --silent --no-audit --no-fund --package-lock-only
  "$npm" sbom --sbom-format cyclonedx --omit dev --package-lock-only |
    node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).components.map(({ name }) => name).join(" ") || "nothing")'
}
echo '{"name":"shared","version":"1.0.0","private":true,"dependencies":{"ms":"2.1.3"}}' >package.json
alone=$(listed)
echo '{"name":"shared","version":"1.0.0","private":true,"dependencies":{"ms":"2.1.3"},"devDependencies":{"debug":"4.4.3"}}' >package.json
beside=$(listed)
echo "npm $("$npm" --version) sbom --omit dev: $alone where ms is the one dependency, $beside where debug is a devDependency beside it"
[ "$alone" = ms ] && [ "$beside" = nothing ]
