-- A cookie's value opens a session, and a long one fits into no index: such users are kept as digests.

CREATE OR REPLACE FUNCTION slipway.forget_user(of_target text, of_endpoint text, of_user text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- Users are kept as they are named, or as a digest of that.
  users    text[] := ARRAY[of_user, 'sha256:' || encode(sha256(convert_to(of_user, 'UTF8')), 'hex')];
  requests text[];
  total    bigint;
BEGIN
  SELECT array_agg(DISTINCT request_id) INTO requests FROM slipway.predictions
    WHERE user_id = ANY (users) AND target = of_target AND endpoint = of_endpoint;
  DELETE FROM slipway.outcomes
    WHERE target = of_target AND endpoint = of_endpoint AND request_id = ANY (requests);
  DELETE FROM slipway.rewards
    WHERE target = of_target AND endpoint = of_endpoint AND request_id = ANY (requests);
  DELETE FROM slipway.test_users WHERE user_id = ANY (users) AND target = of_target AND endpoint = of_endpoint;
  -- A request id is the client's to choose, so another user may have used the same.
  DELETE FROM slipway.predictions
    WHERE target = of_target AND endpoint = of_endpoint AND request_id = ANY (requests)
      AND (user_id = ANY (users) OR user_id IS NULL);
  GET DIAGNOSTICS total = ROW_COUNT;
  RETURN total;
END
$$;
