import { createServer, type ServerResponse } from 'node:http';
import { EXPOSITION_TYPE } from '../domain/exposition.ts';
import { readMetrics, type MetricSources } from './metrics/read-metrics.ts';

/** `GET /healthz`: 200 while every queue is polled. `GET /metrics`: for Prometheus. Both on loopback. */
export function serve(port: number, sources: MetricSources): void {
  createServer((request, response) => {
    if (request.url === '/metrics') void sendMetrics(response, sources);
    else sendHealth(response, sources);
  })
    .listen(port, '127.0.0.1')
    .unref();
}

async function sendMetrics(response: ServerResponse, sources: MetricSources): Promise<void> {
  try {
    const text = await readMetrics(sources);
    response.writeHead(200, { 'content-type': EXPOSITION_TYPE }).end(text);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}

function sendHealth(response: ServerResponse, { workers, gauge }: MetricSources): void {
  const states = Object.fromEntries(workers.map((worker) => [worker.options.taskQueue, worker.getState()]));
  const ok = Object.values(states).every((state) => state === 'RUNNING');
  response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ok, states, memoryBytes: process.memoryUsage.rss(), lateness: gauge.read() }));
}
