import { existsSync, readFileSync } from 'node:fs'
import type { Container } from '../compose/compose-file.ts'
import type { Part } from './part.ts'

const CONFIG = '/etc/nginx/nginx.conf'
const LISTEN = /^(\s*listen\s+)(?:[\w.*-]+:)?(\d+)(?=[\s;])/gm

/** nginx.conf as the compose file has it. */
function textOf({ mounts }: Container): string {
  const found = mounts.find(({ target }) => target === CONFIG)
  if (found?.kind === 'text') return found.text
  return found?.kind === 'file' && existsSync(found.source) ? readFileSync(found.source, 'utf8') : ''
}

export const nginx: Part = {
  id: 'nginx',
  title: 'nginx',
  ports: ['nginx'],
  // The first port of nginx.conf.
  listens: (container) => ({ nginx: Number([...textOf(container).matchAll(LISTEN)][0]?.[2] ?? 80) }),
  tools: ['nginx'],
  readyTimeoutMs: 15_000,
  // Workers finish their requests.
  stopSignal: 'SIGQUIT',
  files: (context) => ({
    [`rootfs${CONFIG}`]: textOf(context.container)
      .replace(LISTEN, (_, directive: string) => `${directive}${context.hostPort('nginx')}`)
      .replace(/(?<=[\s"'])\/(?:etc|run|srv|tmp|usr|var)\/[^\s;"']*/g, (file) => context.path(file)),
  }),
  launch: (context) => ({
    // -e: what is logged before the configuration is read.
    argv: [context.tool('nginx'), '-p', context.dir, '-c', context.path(CONFIG), '-e', 'stderr', '-g', 'daemon off;'],
    env: { ...context.environment, ...context.toolEnv('nginx') },
    health: { kind: 'http', url: `http://${context.hostPort('nginx')}/` },
  }),
}
