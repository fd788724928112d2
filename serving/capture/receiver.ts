import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials, loadPackageDefinition } from '@grpc/grpc-js';
import type { ServerReadableStream, ServiceClientConstructor, sendUnaryData } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** An entry of Envoy's access log as the decoder leaves it: fields with their default value are absent. */
export interface LogEntry {
  readonly commonProperties?: {
    readonly startTime?: Span;
    readonly timeToLastRxByte?: Span;
    readonly timeToLastDownstreamTxByte?: Span;
    readonly duration?: Span;
    readonly responseFlags?: Readonly<Partial<Record<ResponseFlag, boolean>>>;
    readonly metadata?: { readonly filterMetadata?: Readonly<Record<string, LogStruct>> };
    readonly routeName?: string;
    readonly customTags?: Readonly<Record<string, string>>;
    readonly upstreamRequestAttemptCount?: number;
  };
  readonly request?: {
    readonly requestMethod?: number;
    readonly path?: string;
    readonly requestId?: string;
    readonly requestHeaders?: Readonly<Record<string, string>>;
  };
  readonly response?: { readonly responseCode?: { readonly value?: number } };
}

export interface Span {
  readonly seconds?: number;
  readonly nanos?: number;
}

export interface LogStruct {
  readonly fields?: Readonly<Record<string, { readonly stringValue?: string }>>;
}

type ResponseFlag =
  | 'noHealthyUpstream'
  | 'upstreamRequestTimeout'
  | 'upstreamRemoteReset'
  | 'upstreamConnectionFailure'
  | 'upstreamConnectionTermination'
  | 'upstreamOverflow'
  | 'downstreamConnectionTermination';

interface LogMessage {
  readonly identifier?: { readonly logName?: string };
  readonly httpLogs?: { readonly logEntry?: readonly LogEntry[] };
}

/** Called for every entry, in the order of its stream. Must not throw. */
export type OnEntry = (logName: string, entry: LogEntry) => void;

export interface Receiver {
  stop(): void;
}

/** Listens for Envoy's access log on a Unix socket. A socket file that an earlier process left is taken over. */
export async function startReceiver(socketPath: string, onEntry: OnEntry): Promise<Receiver> {
  rmSync(socketPath, { force: true });
  const server = new Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 });
  server.addService(accessLogService(), {
    StreamAccessLogs(stream: ServerReadableStream<LogMessage, object>, callback: sendUnaryData<object>) {
      let logName = '';
      stream.on('data', (message: LogMessage) => {
        logName = message.identifier?.logName ?? logName;
        for (const entry of message.httpLogs?.logEntry ?? []) onEntry(logName, entry);
      });
      stream.on('end', () => callback(null, {}));
      // Envoy opens a new stream by itself.
      stream.on('error', () => undefined);
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
  return {
    stop() {
      server.forceShutdown();
      rmSync(socketPath, { force: true });
    },
  };
}

function accessLogService(): ServiceClientConstructor['service'] {
  const path = fileURLToPath(new URL('./als.proto', import.meta.url));
  const definition = loadSync(path, { keepCase: false, longs: Number, defaults: false });
  const root = loadPackageDefinition(definition) as unknown as {
    envoy: { service: { accesslog: { v3: { AccessLogService: ServiceClientConstructor } } } };
  };
  return root.envoy.service.accesslog.v3.AccessLogService.service;
}
