#!/bin/sh
# webhook.sh <EVENT - POST the event as it is to LIUDI_WEBHOOK_URL.
set -eu

: "${LIUDI_WEBHOOK_URL:?LIUDI_WEBHOOK_URL: where to}"
case $LIUDI_WEBHOOK_URL in *[\"\\]*) echo 'webhook.sh: no such address' >&2; exit 2 ;; esac
event=$(mktemp)
trap 'rm -f "$event"' EXIT
cat >"$event"
# The address may hold a secret: it is no argument, which others see.
printf 'url = "%s"\n' "$LIUDI_WEBHOOK_URL" | curl -sS --fail --max-time 20 \
    --retry 2 -o /dev/null -H 'Content-Type: application/json' \
    --data-binary "@$event" -K -
