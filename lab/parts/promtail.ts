import { takeFlag } from '../compose/localize.ts'
import type { Part, PartContext } from './part.ts'

/** The collector reads the logs in its place, by the receiver file_log. */
const isCollector = (context: PartContext): boolean => context.inPlaceOf('promtail') === 'otel-collector-current'

export const promtail: Part = {
  id: 'promtail',
  title: 'Promtail',
  ports: ['promtail'],
  // By promtail.yml, which lab/relocate/ moves.
  listens: () => ({ promtail: 9080 }),
  tools: ['promtail'],
  needs: ['loki'],
  // A push that fails waits before the next try, and longer each time.
  after: ['loki'],
  readyTimeoutMs: 20_000,
  files: (context) =>
    context.monitoring(
      isCollector(context) ? 'filelog' : 'promtail',
      takeFlag(context.container.command, '-config.file', '--config.file').value,
    ),
  launch: (context) => {
    const { value, rest } = takeFlag(context.command, '-config.file', '--config.file')
    return {
      argv: [context.tool('promtail'), ...(isCollector(context) && value !== undefined ? [`--config=${value}`, ...rest] : context.command)],
      env: context.environment,
      // /ready says no until a target is active, and a lab of a few parts may have none.
      health: { kind: 'http', url: `http://${context.hostPort('promtail')}/metrics` },
    }
  },
}
