import type { Undo, UndoDriver } from '../undo-record.ts'

type ToxiproxyUndo = Extract<Undo, { driver: 'toxiproxy' }>

/** https://github.com/Shopify/toxiproxy#http-api */
export interface Toxic {
  name: string
  type: string
  stream: 'upstream' | 'downstream'
  toxicity: number
  attributes: Record<string, number>
}

export interface Proxy {
  name: string
  listen: string
  upstream: string
  enabled: boolean
  toxics: Toxic[]
}

export async function getProxy(api: string, proxy: string): Promise<Proxy> {
  return (await call('GET', api, `/proxies/${encodeURIComponent(proxy)}`)) as Proxy
}

export async function addToxic(api: string, proxy: string, toxic: Toxic): Promise<void> {
  await call('POST', api, `/proxies/${encodeURIComponent(proxy)}/toxics`, toxic)
}

/** A disabled proxy closes its connections and its listener. */
export async function setEnabled(api: string, proxy: string, enabled: boolean): Promise<void> {
  await call('POST', api, `/proxies/${encodeURIComponent(proxy)}`, { enabled })
}

export const toxiproxyUndo: UndoDriver<ToxiproxyUndo> = {
  async restore(undo) {
    const state = await proxyOrGone(undo)
    if (state === null) return
    for (const { name } of state.toxics.filter((toxic) => undo.absent.includes(toxic.name))) {
      await call('DELETE', undo.api, `/proxies/${encodeURIComponent(undo.proxy)}/toxics/${encodeURIComponent(name)}`)
    }
    if (!state.enabled) await setEnabled(undo.api, undo.proxy, true)
  },
  async readBack(undo) {
    const state = await proxyOrGone(undo)
    if (state === null) return null
    const left = state.toxics.map((toxic) => toxic.name).filter((name) => undo.absent.includes(name))
    if (left.length > 0) return `proxy ${undo.proxy} still has the toxic ${left.join(', ')}`
    return state.enabled ? null : `proxy ${undo.proxy} is still disabled`
  },
}

/** Toxics live in the memory of the Toxiproxy process: when nothing listens at its API, they are gone with it. */
async function proxyOrGone(undo: ToxiproxyUndo): Promise<Proxy | null> {
  try {
    return await getProxy(undo.api, undo.proxy)
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED') return null
    throw error
  }
}

async function call(method: 'GET' | 'POST' | 'DELETE', api: string, path: string, body?: object): Promise<unknown> {
  const url = new URL(path, api).href
  try {
    // Here and not above: commands that only read a fault's meta start without its client.
    const { request } = await import('undici')
    const response = await request(url, {
      method,
      headersTimeout: 5_000,
      bodyTimeout: 5_000,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.body.text()
    if (response.statusCode >= 300) throw new Error(`${response.statusCode} ${text.trim()}`)
    return text === '' ? undefined : JSON.parse(text)
  } catch (error) {
    throw new Error(`[${method}] "${url}": ${(error as Error).message}`, { cause: error })
  }
}
