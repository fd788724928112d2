import { formatCount } from './numbers.ts';
import { isIntact, type AuditReport, type LedgerAudit } from '../audit/verify.ts';
import { paint } from '../terminal.ts';

/** One line an endpoint: whether its ledger is as it was written, how far the registry vouches for it, what is wrong. */
export function renderAudit({ ledgers, registryFault }: AuditReport): string {
  const lines = ledgers.map((ledger) => `${isIntact(ledger) ? paint.good('✓') : paint.bad('✗')} ${sentence(ledger)}`);
  if (ledgers.length === 0) lines.push('the ledger is empty, and the registry remembers no endpoint');
  if (registryFault !== null)
    lines.push(`${paint.bad('✗')} the registry could not be asked, so a cut-off end would not show: ${registryFault}`);
  return `${lines.join('\n')}\n`;
}

function sentence({ target, endpoint, check, heads }: LedgerAudit): string {
  const place = `${target}/${endpoint}`;
  if (!check.intact) return `${place}: ${check.detail}`;
  const changed = heads.find(({ anchor }) => anchor === null);
  if (changed)
    return `${place}: the tag slipway.ledger_head of ${changed.model} version ${changed.version} was changed`;
  const rows = `${formatCount(check.rows)} ${check.rows === 1 ? 'row' : 'rows'}, unbroken`;
  const last = Math.max(0, ...heads.map(({ anchor }) => anchor?.seq ?? 0));
  if (last === 0) return `${place}: ${rows}; no rollout has ended here yet, so a cut-off end would not show`;
  return `${place}: ${rows}; the registry vouches for rows 1 to ${formatCount(last)}`;
}
