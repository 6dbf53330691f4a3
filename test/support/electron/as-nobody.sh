#!/bin/sh
# Playwright puts its own flags before the program: hand them all on, the program first.
program=''
for argument in "$@"; do
  shift
  if [ -z "$program" ] && [ -x "$argument" ] && [ -f "$argument" ]; then program=$argument; else set -- "$@" "$argument"; fi
done
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$program" "$@"
