import { constants } from 'node:os';

/** Something that stops the set-up: one sentence that says what to do. Exit code 2 unless a tool failed for a reason that we do not know. */
export class Fault extends Error {
  constructor(message, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

export class Interrupted extends Error {
  constructor(signal) {
    super('Set-up interrupted: the next run starts the unfinished part over.');
    this.exitCode = 128 + constants.signals[signal];
  }
}

const again = 'then run the same command again';
const unreachable = (registry) => (sign) =>
  `The ${registry} registry could not be reached (${sign}): check the network, proxy and mirror settings of this machine, ${again}.`;
const diskFull = () => `The disk is full: free at least 3 GB, ${again}.`;

// What the tools print, per tool, and what it means to the user. The first that matches counts.
const npmSigns = [
  [/\bENOSPC\b/, diskFull],
  [
    /\bEUSAGE\b|not in sync|are in sync/,
    () => `package-lock.json is out of step with package.json: run \`npm install\` and commit the lock file, ${again}.`,
  ],
  [
    /\b(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|UNABLE_TO_\w+|\w*SELF_SIGNED_CERT\w*|CERT_HAS_EXPIRED|E40[137]|E50[0-4])\b/,
    unreachable('npm'),
  ],
];
const pythonSigns = [
  [/No space left|ENOSPC/, diskFull],
  [
    /DO NOT MATCH THE HASHES|[Hh]ash mismatch|must have their versions pinned|have their hash|missing hashes|no hashes/,
    () =>
      `A download does not match the hashes in python/requirements.txt: restore that file or lock it again (its first lines say how), ${again}.`,
  ],
  [
    /(NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|[Nn]ame resolution|Connection refused|error sending request|dns error|Failed to fetch)/,
    unreachable('Python package'),
  ],
  [
    /No matching distribution found for (\S+)/,
    (name) =>
      `The Python package registry of this machine has no ${name} for this Python: check its mirror settings or name another Python with PYTHON=/path/to/python3, ${again}.`,
  ],
];

function explain(signs, tool, output, logFile) {
  for (const [pattern, sentence] of signs) {
    const match = pattern.exec(output);
    if (match) return new Fault(sentence(match[1] ?? match[0]));
  }
  const tail = output.trimEnd().split('\n').slice(-15).join('\n');
  return new Fault(
    `${tail}\n${tool} failed for the reason above: mend it, ${again} (everything it printed is in ${logFile}).`,
    1,
  );
}

export const explainNpm = (output, logFile) => explain(npmSigns, 'npm ci', output, logFile);
export const explainPython = (tool, output, logFile) => explain(pythonSigns, tool, output, logFile);
