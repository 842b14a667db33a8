import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { recordedPrometheus } from '../../testing/virtual/recorded-prometheus.ts'
import type { JournalEntry, Series } from '../../verify/model/journal.ts'

/** Prometheus' API over what a recorded drill read of it, as of the time that a query asks for: reading costs what it does in a drill. */
export async function serveRecorded(entries: readonly JournalEntry[]): Promise<{ url: string; close(): void }> {
  const recorded = recordedPrometheus(entries, () => Infinity)
  const server = createServer((request, response) => {
    const answered = async (): Promise<void> => {
      let text = ''
      for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) text += part
      const params = new URLSearchParams(text)
      const ms = (name: string): number => Number(params.get(name)) * 1_000
      const query = params.get('query') ?? ''
      const result: Series[] =
        request.url === '/api/v1/query'
          ? await recorded.query(query, ms('time'))
          : await recorded.queryRange(query, ms('start'), ms('end'), ms('step'))
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }))
    }
    answered().catch((error: Error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
