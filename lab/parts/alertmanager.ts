import { takeFlag, portOf } from '../compose/localize.ts'
import type { Container } from '../compose/compose-file.ts'
import { belowPath } from '../relocate/channels.ts'
import { reloadByHttp } from './reload.ts'
import type { Part, PartContext } from './part.ts'

/** Where switch-on.sh has the delivered file, and where it writes the one that runs. */
const DELIVERED = '/etc/alertmanager/alertmanager.yml'
const RUNNING = '/run/alertmanager/alertmanager.yml'

/**
 * Flags of the process in the container. The entrypoint is monitoring/alertmanager/switch-on.sh; in the lab, lab/relocate/channels.ts does
 * its work, and of the script itself the last line counts: `exec /bin/alertmanager FLAGS "$@"`.
 */
function flags(context: PartContext): string[] {
  const script = context.container.entrypoint.find((word) => word.endsWith('.sh'))
  if (script === undefined) return context.command
  const line = /^exec \S*alertmanager (.*)$/m.exec(context.mounted(script) ?? '')?.[1] ?? ''
  const words = line
    .replaceAll('"', '')
    .split(/\s+/)
    .filter((word) => word !== '$@')
  return [...words.map((word) => context.local(word.replace('$running', RUNNING))), ...context.container.command.map(context.local)]
}

/** 0 for a clustering that is switched off. */
function clusterPort(words: readonly string[]): number {
  const { value } = takeFlag(words, '--cluster.listen-address')
  return value === '' ? 0 : portOf(value, 9094)
}

export const alertmanager: Part = {
  id: 'alertmanager',
  title: 'Alertmanager',
  ports: ['alertmanager'],
  listens: ({ command }: Container) => ({ alertmanager: portOf(takeFlag(command, '--web.listen-address').value, 9093) }),
  tools: ['alertmanager'],
  readyTimeoutMs: 20_000,
  files: (context) => {
    const [moved = ''] = Object.values(context.monitoring('alertmanager', DELIVERED))
    const config = belowPath(moved, context.at('receiver'), context.receiverPath)
    return {
      [`rootfs${DELIVERED}`]: config,
      [`rootfs${RUNNING}`]: config,
      ...Object.fromEntries(
        Object.entries(context.channelUrls).flatMap(([channel, url]) =>
          url === '' ? [] : [[`rootfs/run/alertmanager/${channel}_url`, url]],
        ),
      ),
    }
  },
  launch: (context) => {
    const all = flags(context)
    const cluster = clusterPort(all)
    const { rest } = takeFlag(takeFlag(all, '--web.listen-address').rest, '--cluster.listen-address')
    return {
      argv: [
        context.tool('alertmanager'),
        ...rest,
        `--web.listen-address=${context.hostPort('alertmanager')}`,
        `--cluster.listen-address=${cluster === 0 ? '' : `127.0.0.1:${cluster}`}`,
      ],
      env: context.environment,
      health: { kind: 'http', url: `http://${context.hostPort('alertmanager')}/-/ready` },
    }
  },
  reload: (context) =>
    reloadByHttp(`http://${context.hostPort('alertmanager')}`, 'alertmanager_config_last_reload_success_timestamp_seconds'),
}
