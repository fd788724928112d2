import { TEMPORAL_SERVER_VERSION } from '../../client/stack/bring-temporal-server.ts';

/** One program of a production Temporal server and where its source lies. */
export interface Program {
  readonly name: string;
  /** The Go package that it is built from, with its release. */
  readonly source: string;
  /** What `go install` calls it. */
  readonly builtAs: string;
  readonly usually: string;
}

export const SERVER: readonly Program[] = [
  {
    name: 'temporal-server',
    source: `go.temporal.io/server/cmd/server@v${TEMPORAL_SERVER_VERSION}`,
    builtAs: 'server',
    usually: 'about six minutes on two cores',
  },
  {
    name: 'temporal-sql-tool',
    source: `go.temporal.io/server/cmd/tools/sql@v${TEMPORAL_SERVER_VERSION}`,
    builtAs: 'sql',
    usually: 'half a minute after the server',
  },
];

/** The Web UI that comes with this release of the server in Temporal's own CLI. */
export const WEB_UI: Program = {
  name: 'temporal-ui-server',
  source: 'github.com/temporalio/ui-server/v2/cmd/server@v2.54.1',
  builtAs: 'server',
  usually: 'under a minute',
};
