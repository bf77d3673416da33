#!/usr/bin/env bash
# ipaddr.js 2.5.0 reads `::10.1.0.5` (IPv4-compatible, RFC 4291 2.5.5.1: ::a01:5) as `::ffff:10.1.0.5` (IPv4-mapped, 2.5.5.2),
# and process() makes 10.1.0.5 of it. The system's resolver and the WHATWG URL parser of Node read ::a01:5, so a rule that was
# checked with ipaddr.js is about another address than the one that a socket connects to. Seen 2026-11-28, Node 20.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ipaddr.js@2.5.0
seen=$(node -e "
const ip = require('ipaddr.js');
console.log([ip.parse('::10.1.0.5').toString(), ip.process('::10.1.0.5').toString(), new URL('http://[::10.1.0.5]').hostname].join(' '));")
echo "ipaddr.js 2.5.0 parse, process; URL: $seen"
[ "$seen" = '::ffff:a01:5 10.1.0.5 [::a01:5]' ]
