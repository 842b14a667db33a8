import { createServer } from 'node:http'

const host = process.env['SERVER_ADDRESS'] ?? '127.0.0.1'
createServer((_, response) => response.end()).listen(8099, host)
