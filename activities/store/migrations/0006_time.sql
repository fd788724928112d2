-- What was sealed lately is asked for by time; numbers alone would be read from the first one on.
CREATE INDEX gate_batches_sealed ON slipway.gate_batches (target, endpoint, sealed_at);

-- Promotions and rehearsals are few among all that happened, and are asked for all the time.
CREATE INDEX ledger_landmarks ON slipway.ledger (target, endpoint, reason, seq)
  WHERE reason IN ('DrillPassed', 'DrillFailed', 'DrillNotHeld', 'Promoted');
