import { createServer, type AddressInfo } from 'node:net';
import type { MetricsExporterConfig } from '@temporalio/worker';

const LIMIT_MS = 2_000;

/** Temporal's own metrics, which its native part serves on a port of its own. */
export interface TemporalMetrics {
  readonly exporter: MetricsExporterConfig;
  /** In Prometheus' text format; nothing while the exporter does not answer. */
  read(): Promise<string>;
}

export async function temporalMetrics(): Promise<TemporalMetrics> {
  const bindAddress = `127.0.0.1:${await freePort()}`;
  return {
    exporter: {
      prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
    },
    read: () =>
      fetch(`http://${bindAddress}/metrics`, { signal: AbortSignal.timeout(LIMIT_MS) })
        .then((answer) => (answer.ok ? answer.text() : ''))
        .catch(() => ''),
  };
}

/** The exporter does not tell which port it was given, so it has to be told. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
