import { takeFlag } from '../compose/localize.ts'
import type { Part, PartContext } from './part.ts'

const isJaeger1 = (context: PartContext): boolean => context.inPlaceOf('jaeger') === 'jaeger-required'

export const jaeger: Part = {
  id: 'jaeger',
  title: 'Jaeger',
  ports: ['jaeger', 'jaeger-grpc', 'jaeger-otlp', 'jaeger-health'],
  // By jaeger.yml, which lab/relocate/ moves.
  listens: () => ({ jaeger: 16686, 'jaeger-grpc': 16685, 'jaeger-otlp': 4317, 'jaeger-health': 14269 }),
  tools: ['jaeger'],
  readyTimeoutMs: 20_000,
  files: (context) =>
    context.monitoring(isJaeger1(context) ? 'jaeger 1.54' : 'jaeger', takeFlag(context.container.command, '--config-file').value),
  launch: (context) => {
    const { value, rest } = takeFlag(context.command, '--config-file')
    return {
      // Jaeger 2 calls the flag --config, and takes all else from the file.
      argv: [
        context.tool('jaeger'),
        ...(value === undefined ? [] : [`${isJaeger1(context) ? '--config-file' : '--config'}=${value}`]),
        ...rest,
      ],
      env: context.environment,
      health: { kind: 'http', url: `http://${context.hostPort('jaeger')}/api/services` },
    }
  },
}
