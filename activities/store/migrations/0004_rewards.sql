-- What users of an A/B test bring.

-- Reported by request id; the first value of a name stands.
CREATE TABLE slipway.rewards (
  target      text             NOT NULL,
  endpoint    text             NOT NULL,
  request_id  text             NOT NULL,
  row         integer          NOT NULL DEFAULT 0,
  name        text             NOT NULL,
  value       double precision NOT NULL,
  received_at timestamptz      NOT NULL DEFAULT now(),
  PRIMARY KEY (target, endpoint, request_id, row, name)
);

CREATE INDEX rewards_received ON slipway.rewards (target, endpoint, received_at);

-- Each user of a test once, under the arm of its first request in it; a rollout's epoch has one test at most.
CREATE TABLE slipway.test_users (
  target      text        NOT NULL,
  endpoint    text        NOT NULL,
  epoch       bigint      NOT NULL,
  user_id     text        NOT NULL,
  arm         text        NOT NULL,
  first_at    timestamptz NOT NULL,
  -- Until when rewards count.
  due_at      timestamptz NOT NULL,
  -- The batch that counted the user.
  batch_index bigint,
  PRIMARY KEY (target, endpoint, epoch, user_id)
);

CREATE INDEX test_users_due ON slipway.test_users (target, endpoint, epoch, due_at) WHERE batch_index IS NULL;
CREATE INDEX test_users_user ON slipway.test_users (user_id);

-- As before, and with them what users brought and who was in a test.
CREATE OR REPLACE FUNCTION slipway.drop_expired(of_target text, of_endpoint text, days integer) RETURNS bigint
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
  DELETE FROM slipway.rewards WHERE target = of_target AND endpoint = of_endpoint AND received_at < cutoff;
  DELETE FROM slipway.test_users WHERE target = of_target AND endpoint = of_endpoint AND due_at < cutoff;
  RETURN total + counted;
END
$$;

CREATE OR REPLACE FUNCTION slipway.forget_user(of_target text, of_endpoint text, of_user text) RETURNS bigint
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
  DELETE FROM slipway.rewards
    WHERE target = of_target AND endpoint = of_endpoint AND request_id = ANY (requests);
  DELETE FROM slipway.test_users WHERE user_id = of_user AND target = of_target AND endpoint = of_endpoint;
  -- A request id is the client's to choose, so another user may have used the same.
  DELETE FROM slipway.predictions
    WHERE target = of_target AND endpoint = of_endpoint AND request_id = ANY (requests)
      AND (user_id = of_user OR user_id IS NULL);
  GET DIAGNOSTICS total = ROW_COUNT;
  RETURN total;
END
$$;
