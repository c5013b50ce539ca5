#!/usr/bin/env bash
# Keeps a folder in step with what may be used on a channel. Needs curl, jq and sha256sum.
#
#   PHOTOGATE_URL=https://photos.school.example
#   PHOTOGATE_PULL_TOKEN=...      made with --purpose pull
#   PHOTOGATE_REPORT_TOKEN=...    made with --purpose report; without it nothing is reported
#   PHOTOGATE_WAIT=30             seconds to wait when there is nothing new; 0 unless it is set
#
#   follow.sh website /srv/website/photos
#
# Run it every few minutes, or again and again with PHOTOGATE_WAIT. It may be stopped at any moment;
# the next run goes on where this one ended. Copies are called by their number: 17.jpg; what is
# known of each is in .photogate/items/17.json. It ends with 1 when something has to be tried again.
set -euo pipefail

channel=$1 folder=$2
api="${PHOTOGATE_URL%/}/api/v1"
state="$folder/.photogate"
trouble=0

mkdir -p "$state/items" "$state/parts"
exec 9>"$state/lock"
flock --nonblock 9 || { echo "Another run is at work in $folder." >&2; exit 1; }

# ask TOKEN ... : the token comes by a file, so that no list of processes shows it.
ask() {
  curl --silent --show-error --fail --connect-timeout 10 --max-time 300 \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$1") "${@:2}"
}

pull() { ask "$PHOTOGATE_PULL_TOKEN" "$@"; }
report() { ask "$PHOTOGATE_REPORT_TOKEN" "$@"; }

forget() {
  rm -f "$folder/$1.jpg" "$state/parts/$1" "$state/items/$1.json"
}

# Go through what changed since the last time: note what was released, delete what was revoked.
follow() {
  local after page lines type id
  while :; do
    after=$(cat "$state/after" 2>/dev/null || echo 0)
    page=$(pull "$api/channels/$channel/changes?after=$after&limit=200&wait=${PHOTOGATE_WAIT:-0}")
    lines=$(jq -r '.changes[] | "\(.type) \(.id // .item.id | floor)"' <<<"$page")
    while read -r type id; do
      case $type in
        revoked) forget "$id" ;;
        released)
          jq --argjson id "$id" '.changes[].item | select(.id? == $id)' <<<"$page" \
            >"$state/items/$id.json"
          ;;
      esac
    done <<<"$lines"
    # Only now: a run that is stopped before this goes through the same changes again.
    jq '.next | floor' <<<"$page" >"$state/after.new"
    mv "$state/after.new" "$state/after"
    if [ "$(jq .more <<<"$page")" != true ]; then break; fi
  done
}

# fetch ID: get its file, going on where an earlier try was cut off.
fetch() {
  local id=$1 part="$state/parts/$1" sha256 status failed try
  sha256=$(jq -r .sha256 "$state/items/$id.json")
  for try in 1 2 3; do
    failed=0
    status=$(pull --continue-at - --output "$part" --write-out '%{http_code}' \
      "$api/channels/$channel/items/$id/file" 2>"$state/error") || failed=$?
    case $status in
      404 | 410) forget "$id"; return ;;
      416) break ;; # There is nothing after what is here already.
    esac
    if [ "$failed" = 0 ]; then break; fi
    sleep "$try"
  done
  if sha256sum --status --check 2>/dev/null <<<"$sha256  $part"; then
    mv "$part" "$folder/$id.jpg"
    return
  fi
  # What was cut off is kept for the next run; what is whole and wrong is not.
  if [ "$failed" = 0 ] || [ "$status" = 416 ]; then rm -f "$part"; fi
  echo "Item $id could not be fetched, answer $status: $(tail -n 1 "$state/error")" >&2
  trouble=1
}

# Say that what this account downloaded and must come down is deleted.
report_deleted() {
  local after=0 page lines id item proof
  while :; do
    page=$(report "$api/channels/$channel/takedowns?after=$after&limit=200")
    lines=$(jq -r '.takedowns[] | select(.kind == "downloaded" and .own)
      | "\(.id | floor) \(.item | floor)"' <<<"$page")
    while read -r id item; do
      if [ -z "$id" ]; then continue; fi
      forget "$item"
      proof="deleted from $HOSTNAME:$folder at $(date -u +%FT%TZ)"
      jq -n --arg proof "$proof" '{proof: $proof}' >"$state/report.json"
      report --header 'Content-Type: application/json' --data "@$state/report.json" \
        --output "$state/answer" "$api/takedowns/$id/done" || trouble=1
    done <<<"$lines"
    after=$(jq '.next | floor' <<<"$page")
    if [ "$(jq .more <<<"$page")" != true ]; then break; fi
  done
}

follow
for noted in "$state"/items/*.json; do
  id=$(basename "$noted" .json)
  if [ -e "$noted" ] && [ ! -e "$folder/$id.jpg" ]; then fetch "$id"; fi
done
if [ -n "${PHOTOGATE_REPORT_TOKEN:-}" ]; then report_deleted; fi
exit "$trouble"
