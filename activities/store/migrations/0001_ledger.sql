-- What happened, who caused it, and the small tables that make two rollouts, two endpoints and two attempts agree.

CREATE FUNCTION slipway.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TABLE slipway.ledger (
  target       text           NOT NULL,
  endpoint     text           NOT NULL,
  seq          bigint         NOT NULL CHECK (seq > 0),
  rollout_id   text           NOT NULL,
  rollout_seq  integer        NOT NULL,
  key          text           NOT NULL,
  -- Milliseconds, as JavaScript has them: the hash covers both times as text and must come out the same when read back.
  effective_at timestamptz(3) NOT NULL,
  recorded_at  timestamptz(3) NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
  actor        text           NOT NULL,
  actor_proof  text           NOT NULL CHECK (actor_proof IN ('asserted', 'token', 'system')),
  stage        text           NOT NULL,
  step         text,
  reason       text           NOT NULL,
  detail       jsonb          NOT NULL,
  evidence     jsonb,
  prev_hash    text           NOT NULL,
  hash         text           NOT NULL CHECK (hash ~ '^sha256:[0-9a-f]{64}$'),
  PRIMARY KEY (target, endpoint, seq),
  UNIQUE (target, endpoint, key)
);

COMMENT ON TABLE slipway.ledger IS
  'Append-only, one hash chain per (target, endpoint); see activities/store/ledger-hash.ts for what a hash covers.';

CREATE INDEX ledger_rollout ON slipway.ledger (rollout_id, rollout_seq);
CREATE INDEX ledger_effective ON slipway.ledger (target, endpoint, effective_at);

CREATE FUNCTION slipway.check_chain() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  head_seq  bigint;
  head_hash text;
BEGIN
  SELECT seq, hash INTO head_seq, head_hash FROM slipway.ledger
    WHERE target = NEW.target AND endpoint = NEW.endpoint
    ORDER BY seq DESC LIMIT 1;
  IF NOT FOUND THEN
    head_seq := 0;
    head_hash := 'sha256:' || repeat('0', 64);
  END IF;
  IF NEW.seq <> head_seq + 1 OR NEW.prev_hash <> head_hash THEN
    RAISE EXCEPTION 'ledger row % does not follow row % of %.%', NEW.seq, head_seq, NEW.target, NEW.endpoint
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.recorded_at NOT BETWEEN date_trunc('milliseconds', transaction_timestamp()) AND clock_timestamp() THEN
    RAISE EXCEPTION 'recorded_at is this database''s clock, now %, not %', clock_timestamp(), NEW.recorded_at
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER ledger_chain BEFORE INSERT ON slipway.ledger
  FOR EACH ROW EXECUTE FUNCTION slipway.check_chain();

-- By statement, so that one matching no row is refused too; ALWAYS, so that replication mode does not switch it off.
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON slipway.ledger
  FOR EACH STATEMENT EXECUTE FUNCTION slipway.refuse_change();
ALTER TABLE slipway.ledger ENABLE ALWAYS TRIGGER ledger_append_only;

CREATE TABLE slipway.epochs (
  target       text        NOT NULL,
  endpoint     text        NOT NULL,
  epoch        bigint      NOT NULL CHECK (epoch > 0),
  rollout_key  text        NOT NULL,
  allocated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (target, endpoint, epoch),
  UNIQUE (target, endpoint, rollout_key)
);

CREATE TRIGGER epochs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON slipway.epochs
  FOR EACH STATEMENT EXECUTE FUNCTION slipway.refuse_change();
ALTER TABLE slipway.epochs ENABLE ALWAYS TRIGGER epochs_append_only;

CREATE TABLE slipway.alias_owners (
  model      text        NOT NULL,
  alias      text        NOT NULL,
  target     text        NOT NULL,
  endpoint   text        NOT NULL,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (model, alias),
  UNIQUE (model, target, endpoint)
);

CREATE TABLE slipway.versions (
  target   text        NOT NULL,
  endpoint text        NOT NULL,
  key      text        NOT NULL,
  model    text        NOT NULL,
  version  text        NOT NULL,
  digest   text        NOT NULL,
  source   text        NOT NULL,
  run_id   text,
  runtime  jsonb       NOT NULL,
  seen_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (target, endpoint, key)
);
