-- How far outcomes were read from a database of somebody else's.

CREATE TABLE slipway.outcome_pulls (
  target    text        NOT NULL,
  endpoint  text        NOT NULL,
  -- SHA-256 of the query: another one begins anew.
  query     text        NOT NULL,
  -- The latest truth that was read; no pull was successful before there is one.
  mark      timestamptz,
  -- Where reading goes on, after a pull that left rows behind.
  resume    timestamptz,
  -- The last pull that was successful, and what it brought.
  pulled_at timestamptz,
  brought   jsonb,
  -- Pulls that failed since then, and why the last one did.
  failures  integer     NOT NULL DEFAULT 0,
  failed_at timestamptz,
  error     text,
  PRIMARY KEY (target, endpoint)
);
