#!/bin/sh
# The roles and databases of Temporal and Slipway, in an empty PostgreSQL. The role that owns Slipway's schema is not the one
# that workers log in as: workers cannot change what is in the ledger.
set -eu

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set temporal="$TEMPORAL_DB_PASSWORD" --set owner="$SLIPWAY_OWNER_DB_PASSWORD" --set worker="$SLIPWAY_DB_PASSWORD" <<'SQL'
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

CREATE ROLE slipway_owner LOGIN PASSWORD :'owner';
CREATE ROLE slipway LOGIN PASSWORD :'worker';
CREATE DATABASE slipway OWNER slipway_owner;

REVOKE CONNECT ON DATABASE slipway, temporal, temporal_visibility FROM PUBLIC;
GRANT CONNECT ON DATABASE slipway TO slipway;
SQL
