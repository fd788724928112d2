/**
 * Node's HTTP without its client for the web: `import` of `node:http` reads all of its names, and `WebSocket` among them loads
 * undici, which would stay in this process's memory with 3 MB.
 */
export const { createServer, request } = process.getBuiltinModule('node:http');
