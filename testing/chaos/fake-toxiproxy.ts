import { createServer } from 'node:http'
import type { TestContext } from 'node:test'
import type { Proxy, Toxic } from '../../chaos/drivers/toxiproxy-driver.ts'
import { freePort } from './processes.ts'

/** Those of https://github.com/Shopify/toxiproxy#toxics */
const TYPES = ['bandwidth', 'latency', 'limit_data', 'reset_peer', 'slicer', 'slow_close', 'timeout']

/** The four calls that are used, answering as Toxiproxy 2.5 does; anything else is a 404 with its error body. */
export async function toxiproxy(t: TestContext) {
  const port = await freePort()
  const proxy: Proxy = { name: 'redis', listen: '127.0.0.1:16382', upstream: '127.0.0.1:6382', enabled: true, toxics: [] }
  const server = createServer(async (request, response) => {
    const text = (await request.setEncoding('utf8').toArray()).join('')
    const reply = (status: number, body?: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? undefined : JSON.stringify(body))
    const call = `${request.method} ${request.url}`
    const index = proxy.toxics.findIndex(({ name }) => call === `DELETE /proxies/redis/toxics/${name}`)
    if (call === 'GET /proxies/redis') reply(200, proxy)
    else if (call === 'POST /proxies/redis/toxics') {
      const toxic = JSON.parse(text) as Toxic
      if (!TYPES.includes(toxic.type)) reply(400, { error: 'invalid toxic type', status: 400 })
      else if (proxy.toxics.some(({ name }) => name === toxic.name)) reply(409, { error: 'toxic already exists', status: 409 })
      else reply(200, proxy.toxics[proxy.toxics.push(toxic) - 1])
    } else if (call === 'POST /proxies/redis') reply(200, Object.assign(proxy, { enabled: (JSON.parse(text) as Proxy).enabled }))
    else if (index >= 0) reply(204, void proxy.toxics.splice(index, 1))
    else reply(404, { error: 'proxy not found', status: 404 })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  t.after(close)
  return { proxy, close, part: { name: 'redis', toxiproxy: { api: `http://127.0.0.1:${port}`, proxy: 'redis' } } }
}
