import { createServer } from 'node:http';

/** A model server that answers at once, so that a benchmark measures Slipway and not a model. */
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const body = request.method === 'POST' ? '{"predictions": [1]}' : '{}';
    // With its length, since a streamed answer is not kept and so cannot be compared in a shadow.
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
});
server.keepAliveTimeout = 120_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
