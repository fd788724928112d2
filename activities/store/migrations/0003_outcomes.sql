-- Labels as they come: revised, credited to the version that served, and dropped where nobody was ever asked.

ALTER TABLE slipway.outcomes
  -- When the truth was known, where the sender says so.
  ADD COLUMN observed_at timestamptz,
  -- How often another label came for the same prediction. `correct` is what the batch counted, and stays.
  ADD COLUMN revision integer NOT NULL DEFAULT 0,
  -- When the prediction was made; NULL while none of this id is known. Names the one partition that it lies in.
  ADD COLUMN served_at timestamptz,
  -- When an unknown id is looked for again.
  ADD COLUMN look_at timestamptz NOT NULL DEFAULT now();

CREATE INDEX outcomes_waiting ON slipway.outcomes (target, endpoint, look_at) WHERE served_at IS NULL;
CREATE INDEX outcomes_uncounted ON slipway.outcomes (target, endpoint, received_at)
  WHERE served_at IS NOT NULL AND batch_index IS NULL;
CREATE INDEX outcomes_served ON slipway.outcomes (target, endpoint, served_at) WHERE served_at IS NOT NULL;

-- A time span of the log, and how many predictions a version made in it.
CREATE INDEX predictions_time ON slipway.predictions (target, endpoint, ts, role, version);

-- Labels that another one took the place of; gone with the label that stands.
CREATE TABLE slipway.outcome_revisions (
  target      text        NOT NULL,
  endpoint    text        NOT NULL,
  request_id  text        NOT NULL,
  row         integer     NOT NULL,
  revision    integer     NOT NULL,
  label       jsonb       NOT NULL,
  observed_at timestamptz,
  replaced_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (target, endpoint, request_id, row, revision),
  FOREIGN KEY (target, endpoint, request_id, row) REFERENCES slipway.outcomes ON DELETE CASCADE
);

-- Labels that were dropped because no prediction of their id came.
CREATE TABLE slipway.unknown_outcomes (
  target     text        NOT NULL,
  endpoint   text        NOT NULL,
  dropped    bigint      NOT NULL,
  dropped_at timestamptz NOT NULL,
  PRIMARY KEY (target, endpoint)
);

-- Takes in labels of different predictions: the same label again changes nothing, another one takes its place unless its
-- truth is an older one. The application may not change a label in any other way.
CREATE FUNCTION slipway.add_outcomes(
  of_target text, of_endpoints text[], of_requests text[], of_rows integer[], of_labels jsonb[], of_observed timestamptz[],
  OUT accepted bigint, OUT revised bigint, OUT unknown bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  WITH given AS (
    SELECT * FROM unnest(of_endpoints, of_requests, of_rows, of_labels, of_observed)
      AS g (endpoint, request_id, row, label, observed_at)
  ), changed AS (
    SELECT o.endpoint, o.request_id, o.row, o.revision, o.label AS old_label, o.observed_at AS old_observed,
      g.label, g.observed_at
    FROM slipway.outcomes o JOIN given g USING (endpoint, request_id, row)
    -- Files bring numbers as text.
    WHERE o.target = of_target AND o.label #>> '{}' IS DISTINCT FROM g.label #>> '{}'
      AND (o.observed_at > g.observed_at) IS NOT TRUE
    FOR UPDATE OF o
  ), kept AS (
    INSERT INTO slipway.outcome_revisions (target, endpoint, request_id, row, revision, label, observed_at)
    SELECT of_target, endpoint, request_id, row, revision, old_label, old_observed FROM changed
  )
  UPDATE slipway.outcomes o SET label = c.label, observed_at = c.observed_at, revision = c.revision + 1
  FROM changed c
  WHERE o.target = of_target AND o.endpoint = c.endpoint AND o.request_id = c.request_id AND o.row = c.row;
  GET DIAGNOSTICS revised = ROW_COUNT;

  INSERT INTO slipway.outcomes (target, endpoint, request_id, row, label, observed_at, version, served_at)
  SELECT of_target, g.endpoint, g.request_id, g.row, g.label, g.observed_at, p.version, p.ts
  FROM unnest(of_endpoints, of_requests, of_rows, of_labels, of_observed)
    AS g (endpoint, request_id, row, label, observed_at)
  LEFT JOIN LATERAL (
    SELECT p.version, p.ts FROM slipway.predictions p
    WHERE p.target = of_target AND p.endpoint = g.endpoint AND p.request_id = g.request_id AND p.row = g.row
      AND p.role = 'live' AND p.version IS NOT NULL
    ORDER BY p.ts LIMIT 1
  ) p ON true
  WHERE NOT EXISTS (
    SELECT FROM slipway.outcomes o
    WHERE o.target = of_target AND o.endpoint = g.endpoint AND o.request_id = g.request_id AND o.row = g.row)
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS accepted = ROW_COUNT;

  SELECT count(*) INTO unknown
  FROM slipway.outcomes o
  JOIN unnest(of_endpoints, of_requests, of_rows) AS g (endpoint, request_id, row) USING (endpoint, request_id, row)
  WHERE o.target = of_target AND o.served_at IS NULL AND o.batch_index IS NULL;
END
$$;

-- Deletes labels that have waited for their prediction for so many days, of every endpoint, also of those that are gone;
-- returns their number.
CREATE FUNCTION slipway.drop_unknown(of_target text, days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  total bigint;
BEGIN
  IF days IS NULL OR days < 0 THEN
    RAISE EXCEPTION 'retention is a number of days, not %', days USING ERRCODE = 'invalid_parameter_value';
  END IF;
  WITH gone AS (
    DELETE FROM slipway.outcomes
    WHERE target = of_target AND served_at IS NULL AND batch_index IS NULL
      AND received_at < now() - make_interval(days => days)
    RETURNING endpoint
  ), counted AS (
    INSERT INTO slipway.unknown_outcomes AS u (target, endpoint, dropped, dropped_at)
    SELECT of_target, endpoint, count(*), now() FROM gone GROUP BY endpoint
    ON CONFLICT (target, endpoint)
      DO UPDATE SET dropped = u.dropped + excluded.dropped, dropped_at = excluded.dropped_at
  )
  SELECT count(*) INTO total FROM gone;
  RETURN total;
END
$$;

REVOKE EXECUTE ON FUNCTION slipway.add_outcomes(text, text[], text[], integer[], jsonb[], timestamptz[]) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION slipway.drop_unknown(text, integer) FROM PUBLIC;
