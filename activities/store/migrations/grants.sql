-- Run after every migration, so that a new or another application role gets its rights. Reads the role's name from the
-- setting slipway.app_role. Nothing here lets the application change or delete what is append-only.

DO $$
DECLARE
  app text := current_setting('slipway.app_role');
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA slipway TO %I', app);
  EXECUTE format('GRANT SELECT ON slipway.migrations TO %I', app);
  EXECUTE format('GRANT SELECT, INSERT ON slipway.ledger, slipway.epochs, slipway.gate_batches, slipway.predictions, slipway.rewards TO %I', app);
  EXECUTE format('GRANT SELECT, INSERT, DELETE ON slipway.alias_owners TO %I', app);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON slipway.versions, slipway.outcome_pulls TO %I', app);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE (version, correct, batch_index, served_at, look_at) ON slipway.outcomes TO %I', app);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE (batch_index) ON slipway.test_users TO %I', app);
  EXECUTE format('GRANT SELECT ON slipway.outcome_revisions, slipway.unknown_outcomes TO %I', app);
  EXECUTE format('GRANT EXECUTE ON FUNCTION slipway.add_outcomes(text, text[], text[], integer[], jsonb[], timestamptz[]) TO %I', app);
  EXECUTE format('GRANT EXECUTE ON FUNCTION slipway.drop_unknown(text, integer) TO %I', app);
  EXECUTE format('GRANT EXECUTE ON FUNCTION slipway.ensure_partitions() TO %I', app);
  EXECUTE format('GRANT EXECUTE ON FUNCTION slipway.drop_expired(text, text, integer) TO %I', app);
  EXECUTE format('GRANT EXECUTE ON FUNCTION slipway.forget_user(text, text, text) TO %I', app);
END
$$;
