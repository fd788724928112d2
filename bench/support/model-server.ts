import { createServer } from 'node:http';

/** A model server that answers at once, so that a benchmark measures Slipway and not a model. */
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(request.method === 'POST' ? '{"predictions": [1]}' : '{}');
  });
});
server.keepAliveTimeout = 120_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
