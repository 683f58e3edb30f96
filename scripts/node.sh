# Finds the Node that runs Micro. Sourced by ./micro and scripts/with-node, which set $root to the checkout.
#
# The host's own Node is taken when it runs TypeScript unbuilt and knows import.meta.main: 22.18, 24.2 and newer, but
# no 23. Otherwise the pinned one in toolchain/ is, fetched by npm the first time; see docs/adr/0002. Everything printed
# goes to standard error, so that `./micro … --json` stays clean.

# 0 when $1 ("v22.18.0") is new enough.
node_is_new_enough() {
  node_major=${1#v}
  node_minor=${node_major#*.}
  node_major=${node_major%%.*}
  node_minor=${node_minor%%.*}
  case $node_major.$node_minor in .* | *. | *[!0-9.]*) return 1 ;; esac
  case $node_major in
    22) [ "$node_minor" -ge 18 ] ;;
    24) [ "$node_minor" -ge 2 ] ;;
    *) [ "$node_major" -gt 24 ] ;;
  esac
}

# Sets $node_path to the program, or explains in one sentence why there is none and exits with 1.
find_node() {
  node_host=$(node --version 2>/dev/null) || node_host=
  if node_is_new_enough "$node_host"; then
    node_path=$(command -v node)
    return
  fi
  node_path=$root/toolchain/node_modules/.bin/node
  # Compared by content: copying or checking out a tree does not keep the order of its timestamps.
  cmp -s "$root/toolchain/package-lock.json" "$root/toolchain/node_modules/.locked" || fetch_node
}

fetch_node() {
  if [ -z "$node_host" ]; then
    node_missing 'and there is none here'
  elif ! command -v npm >/dev/null 2>&1; then
    node_missing "this machine has $node_host and no npm to fetch a newer one with"
  fi
  printf 'micro: fetching a newer Node next to the project, once (this machine has %s) …\n' "$node_host" >&2
  (cd "$root/toolchain" && npm ci --ignore-scripts --loglevel=error >/dev/null) ||
    node_missing "this machine has $node_host and npm could not fetch a newer one"
  # Each platform's Node is an optional package, so npm is content without any, also when it could not be reached.
  node_is_new_enough "$("$node_path" --version 2>/dev/null)" ||
    node_missing "this machine has $node_host and npm brought no newer one for $(uname -s) $(uname -m) (is the network there?)"
  cp "$root/toolchain/package-lock.json" "$root/toolchain/node_modules/.locked"
}

node_missing() {
  printf 'micro: Node 22.18 or newer is needed, %s. Get it from https://nodejs.org and run this again.\n' "$1" >&2
  exit 1
}
