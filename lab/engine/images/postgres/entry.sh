#!/bin/bash
# POSTGRES_* of Docker's own image, for Debian's PostgreSQL.
set -e
D=/var/lib/postgresql/data
if [ "$(id -u)" = 0 ]; then chown postgres $D; chmod 700 $D; exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"; fi
if [ ! -s $D/PG_VERSION ]; then
  initdb -D $D -U "$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-host=scram-sha-256 --auth-local=trust -E UTF8 --locale=C >/dev/null
  echo 'host all all all scram-sha-256' >> $D/pg_hba.conf
  [ "$POSTGRES_DB" = postgres ] || echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D $D -j postgres >/dev/null
fi
exec postgres -D $D -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
