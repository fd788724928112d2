// A model server in one file: model-program.mjs PORT MODEL_FOLDER [crash | refuse | late]
// Predictions are answered with the content of MODEL_FOLDER/answer.txt; POST /sick makes health checks fail, POST /well heals.
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';

const [port, folder, mode] = process.argv.slice(2);
if (mode === 'crash' && !existsSync(join(folder, 'mended'))) {
  console.error('cannot load the model');
  process.exit(1);
}
// As servers with workers do: a child that must not outlive them.
if (mode === 'with-child') spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });

const answer = readFileSync(join(folder, 'answer.txt'), 'utf8').trim();
let health = 200;

createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.url === '/sick' || request.url === '/well') health = request.url === '/sick' ? 503 : 200;
    if (request.url === '/health') response.writeHead(health).end();
    else if (request.url === '/environment') response.end(JSON.stringify(process.env));
    else if (mode === 'refuse') response.writeHead(400).end('what is this?');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ predictions: [answer] }));
  });
}).listen(Number(port), '127.0.0.1', () => console.log(`serving ${answer} on ${port}`));
