-- What the serving side saw: sealed batches for gates, raw predictions for people, labels that come later.

CREATE TABLE slipway.gate_batches (
  target    text           NOT NULL,
  endpoint  text           NOT NULL,
  index     bigint         NOT NULL CHECK (index >= 0),
  epoch     bigint         NOT NULL,
  sequence  bigint         NOT NULL,
  opened_at timestamptz(3) NOT NULL,
  sealed_at timestamptz(3) NOT NULL,
  -- A GateBatchBody; the hash covers its canonical JSON, which does not depend on the order in which jsonb keeps keys.
  body      jsonb          NOT NULL,
  hash      text           NOT NULL CHECK (hash ~ '^sha256:[0-9a-f]{64}$'),
  PRIMARY KEY (target, endpoint, index),
  -- Gates select by the columns but hash the body, so the two must not tell different stories.
  CONSTRAINT gate_batches_columns_are_the_bodys CHECK (
    (body ->> 'endpoint' = endpoint
      AND (body ->> 'index')::bigint = index
      AND (body #>> '{fence,epoch}')::bigint = epoch
      AND (body #>> '{fence,sequence}')::bigint = sequence) IS TRUE
  )
);

CREATE INDEX gate_batches_fence ON slipway.gate_batches (target, endpoint, epoch, sequence, index);

-- A gate reads on from the last index it saw, so a batch that arrived behind a later one would never be looked at.
-- An index that is there already passes here and meets the primary key, for ON CONFLICT DO NOTHING to work.
CREATE FUNCTION slipway.refuse_gap() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  last bigint;
BEGIN
  SELECT max(index) INTO last FROM slipway.gate_batches WHERE target = NEW.target AND endpoint = NEW.endpoint;
  IF NEW.index > last + 1 THEN
    RAISE EXCEPTION 'gate batch % of %.% would leave a gap after %', NEW.index, NEW.target, NEW.endpoint, last
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER gate_batches_gap_free BEFORE INSERT ON slipway.gate_batches
  FOR EACH ROW EXECUTE FUNCTION slipway.refuse_gap();

CREATE TRIGGER gate_batches_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON slipway.gate_batches
  FOR EACH STATEMENT EXECUTE FUNCTION slipway.refuse_change();
ALTER TABLE slipway.gate_batches ENABLE ALWAYS TRIGGER gate_batches_append_only;

CREATE TABLE slipway.predictions (
  ts         timestamptz NOT NULL,
  target     text        NOT NULL,
  endpoint   text        NOT NULL,
  request_id text        NOT NULL,
  row        integer     NOT NULL,
  -- Who answered; NULL when nobody did. The arm is what the split assigned, whoever answered.
  version    text,
  arm        text        NOT NULL,
  role       text        NOT NULL CHECK (role IN ('live', 'shadow')),
  epoch      bigint      NOT NULL,
  sequence   bigint      NOT NULL,
  user_id    text,
  status     integer     NOT NULL,
  latency_ms real        NOT NULL,
  input      jsonb,
  prediction jsonb,
  -- Also finds a prediction by (target, endpoint, request_id).
  UNIQUE (target, endpoint, request_id, row, role, ts)
) PARTITION BY RANGE (ts);

CREATE INDEX predictions_user ON slipway.predictions (user_id) WHERE user_id IS NOT NULL;

-- For days without a partition of their own, so that no insert fails for want of housekeeping.
CREATE TABLE slipway.predictions_default PARTITION OF slipway.predictions DEFAULT;

CREATE TABLE slipway.outcomes (
  target      text        NOT NULL,
  endpoint    text        NOT NULL,
  request_id  text        NOT NULL,
  row         integer     NOT NULL DEFAULT 0,
  label       jsonb       NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  -- Filled in when the label is credited to the version that served, in the batch that counted it.
  version     text,
  correct     boolean,
  batch_index bigint,
  PRIMARY KEY (target, endpoint, request_id, row)
);

CREATE INDEX outcomes_received ON slipway.outcomes (target, endpoint, received_at);

-- The functions below run with the owner's rights: the application may keep house, but neither delete nor create at will.

CREATE FUNCTION slipway.ensure_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
-- Waiting behind a long report would make every insert wait behind this.
SET lock_timeout = '5s'
AS $$
DECLARE
  today date := current_date;
  day   date;
  name  text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('slipway.predictions', 0));
  FOR i IN 0..2 LOOP
    day := today + i;
    name := 'predictions_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('slipway.' || name) IS NOT NULL;
    EXECUTE format('CREATE TABLE slipway.%I (LIKE slipway.predictions INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    -- Rows that came before their partition lie in the default one, which would refuse the new range.
    EXECUTE format(
      'WITH early AS (DELETE FROM slipway.predictions_default WHERE ts >= %1$L::timestamptz AND ts < %2$L::timestamptz RETURNING *)
       INSERT INTO slipway.%3$I SELECT * FROM early', day, day + 1, name);
    EXECUTE format(
      'ALTER TABLE slipway.predictions ATTACH PARTITION slipway.%I FOR VALUES FROM (%L) TO (%L)',
      name, day::timestamptz, (day + 1)::timestamptz);
  END LOOP;
END
$$;

-- Deletes an endpoint's predictions and labels older than so many days; returns the number of predictions.
-- A day's partition that holds nothing else is dropped whole.
CREATE FUNCTION slipway.drop_expired(of_target text, of_endpoint text, days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '5s'
AS $$
DECLARE
  cutoff  timestamptz;
  part    text;
  others  boolean;
  counted bigint;
  total   bigint := 0;
BEGIN
  IF days IS NULL OR days < 0 THEN
    RAISE EXCEPTION 'retention is a number of days, not %', days USING ERRCODE = 'invalid_parameter_value';
  END IF;
  cutoff := now() - make_interval(days => days);
  PERFORM pg_advisory_xact_lock(hashtextextended('slipway.predictions', 0));
  FOR part IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'slipway.predictions'::regclass
        AND c.relname ~ '^predictions_\d{8}$'
        AND to_date(substr(c.relname, 13), 'YYYYMMDD') + 1 <= cutoff
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM slipway.%I WHERE target <> $1 OR endpoint <> $2)', part)
      INTO others USING of_target, of_endpoint;
    CONTINUE WHEN others;
    EXECUTE format('SELECT count(*) FROM slipway.%I', part) INTO counted;
    EXECUTE format('DROP TABLE slipway.%I', part);
    total := total + counted;
  END LOOP;
  DELETE FROM slipway.predictions WHERE target = of_target AND endpoint = of_endpoint AND ts < cutoff;
  GET DIAGNOSTICS counted = ROW_COUNT;
  DELETE FROM slipway.outcomes WHERE target = of_target AND endpoint = of_endpoint AND received_at < cutoff;
  RETURN total + counted;
END
$$;

-- Deletes what was recorded of one user: predictions, their shadows (which may carry no user) and labels; returns the
-- number of predictions. Sealed batches hold sums over users only.
CREATE FUNCTION slipway.forget_user(of_target text, of_endpoint text, of_user text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  requests text[];
  total    bigint;
BEGIN
  SELECT array_agg(DISTINCT request_id) INTO requests FROM slipway.predictions
    WHERE user_id = of_user AND target = of_target AND endpoint = of_endpoint;
  DELETE FROM slipway.outcomes
    WHERE target = of_target AND endpoint = of_endpoint AND request_id = ANY (requests);
  -- A request id is the client's to choose, so another user may have used the same.
  DELETE FROM slipway.predictions
    WHERE target = of_target AND endpoint = of_endpoint AND request_id = ANY (requests)
      AND (user_id = of_user OR user_id IS NULL);
  GET DIAGNOSTICS total = ROW_COUNT;
  RETURN total;
END
$$;

REVOKE EXECUTE ON FUNCTION slipway.ensure_partitions() FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION slipway.drop_expired(text, text, integer) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION slipway.forget_user(text, text, text) FROM PUBLIC;

SELECT slipway.ensure_partitions();
