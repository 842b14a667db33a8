#!/bin/sh
# Entrypoint of the alertmanager container: switches the chat receivers on whose URL file is not empty, then starts Alertmanager.
# lab/relocate/channels.ts does the same for the lab.
set -eu
umask 077
delivered=/etc/alertmanager/alertmanager.yml
running=/run/alertmanager/alertmanager.yml
expressions="s#notification-sink:9199#notification-sink:${RECEIVER_PORT:-9199}#"

for channel in slack discord; do
  url=$(tr -d '[:space:]' < "/run/secrets/${channel}_url")
  [ -n "$url" ] || continue
  # Discord's Slack-compatible endpoint: https://discord.com/developers/docs/resources/webhook#execute-slackcompatible-webhook
  if [ "$channel" = discord ]; then url="${url%/slack}/slack"; fi
  printf %s "$url" > "/run/alertmanager/${channel}_url"
  expressions="$expressions;s/^\( *\)#$channel# /\1/;s/^\( *\)#chat# /\1/"
  echo "notifications to $channel are on"
done

sed "$expressions" "$delivered" > "$running"
exec /bin/alertmanager --config.file="$running" --storage.path=/alertmanager --cluster.listen-address= "$@"
