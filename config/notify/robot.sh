#!/bin/sh
# robot.sh <EVENT - tell a group by its robot, of DingTalk, WeCom (both take the
# same form) or Feishu: POST to LIUDI_ROBOT_URL, the address that the robot's
# settings show.  Let the robot go by the keyword "liudi", which each title has.
# LIUDI_ROBOT_KIND: dingtalk, wecom or feishu, where the address does not tell.
set -eu

: "${LIUDI_ROBOT_URL:?LIUDI_ROBOT_URL: where to}"
case $LIUDI_ROBOT_URL in *[\"\\]*) echo 'robot.sh: no such address' >&2; exit 2 ;; esac
kind=${LIUDI_ROBOT_KIND:-}
[ -n "$kind" ] || case $LIUDI_ROBOT_URL in
*feishu*|*larksuite*) kind=feishu ;;
*) kind=dingtalk ;;
esac
message=$(mktemp) answer=$(mktemp)
trap 'rm -f "$message" "$answer"' EXIT
# They take about 2,000 bytes: 600 characters are fewer in any language.
case $kind in
dingtalk|wecom)
	jq -c '{msgtype: "text", text: {content:
	    (.title + "\n" + .text)[:600]}}' ;;
feishu)
	jq -c '{msg_type: "text", content: {text:
	    (.title + "\n" + .text)[:600]}}' ;;
*)	echo "robot.sh: no robot of kind '$kind'" >&2
	exit 2 ;;
esac >"$message"
printf 'url = "%s"\n' "$LIUDI_ROBOT_URL" | curl -sS --fail --max-time 20 \
    -o "$answer" -H 'Content-Type: application/json' \
    --data-binary "@$message" -K -
# 200 OK, and in the answer why it was thrown away all the same.
jq -e '(.errcode // .code // 0) == 0' <"$answer" >/dev/null || {
	echo "robot.sh: refused: $(head -c 300 "$answer")" >&2
	exit 1
}
