import { reloadByHttp } from './reload.ts'
import type { Part } from './part.ts'

export const alertmanager: Part = {
  id: 'alertmanager',
  title: 'Alertmanager',
  ports: ['alertmanager'],
  tools: ['alertmanager'],
  needs: [],
  after: [],
  readyTimeoutMs: 20_000,
  files: (context) => ({
    'alertmanager.yml': context.monitoring.alertmanager,
    ...(context.channelUrls.slack === '' ? {} : { slack_url: context.channelUrls.slack }),
    ...(context.channelUrls.discord === '' ? {} : { discord_url: context.channelUrls.discord }),
  }),
  launch: (context) => ({
    argv: [
      context.tool('alertmanager'),
      `--config.file=${context.dir}/alertmanager.yml`,
      `--storage.path=${context.dir}/data`,
      `--web.listen-address=${context.hostPort('alertmanager')}`,
      // With clustering on, the first notifications wait about 8 s for other members that do not exist.
      '--cluster.listen-address=',
    ],
    env: {},
    health: { kind: 'http', url: `http://${context.hostPort('alertmanager')}/-/ready` },
  }),
  reload: (context) =>
    reloadByHttp(`http://${context.hostPort('alertmanager')}`, 'alertmanager_config_last_reload_success_timestamp_seconds'),
}
