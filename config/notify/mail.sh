#!/bin/sh
# mail.sh <EVENT - the event as a mail to LIUDI_MAIL_TO (addresses, blanks
# between), by sendmail(8).  LIUDI_SENDMAIL: another program of that kind.
set -eu

: "${LIUDI_MAIL_TO:?LIUDI_MAIL_TO: to whom}"
event=$(cat)
title=$(printf '%s' "$event" | jq -r '.title | gsub("[\r\n]"; " ")')
# shellcheck disable=SC2086 # one word for each address
{
	printf 'To: %s\n' "$(printf '%s' "$LIUDI_MAIL_TO" | sed 's/  */, /g')"
	# RFC 2047: at most 75 characters a word
	printf '%s' "$title" | jq -Rr '[., ""] | .[0] as $t |
	    [range(0; ($t | length); 10) as $i | $t[$i:$i + 10] | @base64 |
	    "=?UTF-8?B?" + . + "?="] | "Subject: " + join("\n ")'
	printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n'
	printf 'Content-Transfer-Encoding: base64\n'
	printf 'Auto-Submitted: auto-generated\n\n'
	printf '%s' "$event" | jq -r .text | base64
} | "${LIUDI_SENDMAIL:-/usr/sbin/sendmail}" -i -- $LIUDI_MAIL_TO
