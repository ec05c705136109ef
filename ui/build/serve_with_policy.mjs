// Serves a built folder with the content security policy of tauri.conf.json, so that browser tests
// meet the same policy as the desktop window. Use: node build/serve_with_policy.mjs FOLDER PORT
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';

const [folder = 'dist', port = '4517'] = process.argv.slice(2);
const root = resolve(import.meta.dirname, '..', folder);
const configuration = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../tauri.conf.json'), 'utf8'));
const policy = configuration.app.security.csp;
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
};

createServer((request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  const file = join(root, path === '/' ? 'index.html' : path);
  if (!file.startsWith(root) || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': policy,
  });
  createReadStream(file).pipe(response);
}).listen(Number(port));
