import { unknownKey, type Check, type Remark } from '../../check.ts'
import { scrapeJobs } from '../../../config/configuration.ts'
import type { Cursor } from '../../../config/document.ts'
import { componentKeys } from '../../known-keys/components.ts'
import { nearest } from '../../../text/did-you-mean.ts'
import { allRoutes, routeTree } from '../../../config/route-tree.ts'

const words = (text: string): string[] => text.split(' ')
const HTTP =
  'basic_auth authorization oauth2 follow_redirects enable_http2 tls_config proxy_url no_proxy proxy_from_environment proxy_connect_header bearer_token bearer_token_file http_headers'
const LIMITS = 'body_size_limit sample_limit label_limit label_name_length_limit label_value_length_limit target_limit keep_dropped_targets'
const SCRAPED =
  'scrape_interval scrape_timeout scrape_protocols metric_name_validation_scheme metric_name_escaping_scheme always_scrape_classic_histograms convert_classic_histograms_to_nhcb'
/** https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config */
const DISCOVERIES =
  'aws azure consul digitalocean dns docker dockerswarm ec2 eureka file gce hetzner http ionos kubernetes kuma lightsail linode marathon nerve nomad openstack ovhcloud puppetdb scaleway serverset stackit static triton uyuni vultr'
    .split(' ')
    .map((name) => (name === 'static' ? 'static_configs' : `${name}_sd_configs`))
    .join(' ')
const RELABEL = words('source_labels separator target_label regex modulus replacement action')

/**
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/ and https://prometheus.io/docs/alerting/latest/configuration/
 */
const KNOWN = {
  prometheus: words('global runtime rule_files scrape_config_files scrape_configs alerting remote_write remote_read storage tracing otlp'),
  global: words(`${SCRAPED} ${LIMITS} evaluation_interval rule_query_offset external_labels query_log_file scrape_failure_log_file`),
  job: words(
    `job_name ${SCRAPED} ${LIMITS} ${HTTP} fallback_scrape_protocol metrics_path honor_labels honor_timestamps track_timestamps_staleness scheme params enable_compression ${DISCOVERIES} relabel_configs metric_relabel_configs scrape_failure_log_file scrape_native_histograms native_histogram_bucket_limit native_histogram_min_bucket_factor`,
  ),
  alerting: words('alert_relabel_configs alertmanagers'),
  manager: words(`timeout api_version path_prefix scheme ${HTTP} sigv4 ${DISCOVERIES} relabel_configs alert_relabel_configs`),
  group: words(
    'name interval limit query_offset evaluation_delay labels rules partial_response_strategy align_evaluation_time_on_interval source_tenants',
  ),
  rule: words('alert record expr for keep_firing_for labels annotations'),
  alertmanager: words('global templates route inhibit_rules receivers time_intervals mute_time_intervals tracing'),
  route: words(
    'receiver group_by continue matchers match match_re group_wait group_interval repeat_interval mute_time_intervals active_time_intervals routes',
  ),
  inhibition: words('name source_match source_match_re source_matchers target_match target_match_re target_matchers sources equal'),
  receiver: words(
    'name discord_configs email_configs msteams_configs msteamsv2_configs jira_configs opsgenie_configs pagerduty_configs pushover_configs rocketchat_configs slack_configs sns_configs telegram_configs victorops_configs webex_configs webhook_configs wechat_configs incidentio_configs mattermost_configs',
  ),
  webhook_configs: words('send_resolved http_config url url_file max_alerts timeout payload'),
  discord_configs: words('send_resolved http_config webhook_url webhook_url_file title message content username avatar_url'),
  slack_configs: words(
    'send_resolved http_config api_url api_url_file app_token app_token_file app_url channel username color title title_link pretext text fields short_fields footer fallback callback_id icon_emoji icon_url image_url thumb_url link_names mrkdwn_in actions message_text timeout update_message',
  ),
}

export const check: Check = {
  meta: {
    id: 'keys-are-known',
    area: 'platform',
    severity: 'error',
    needs: [],
    title: 'Every key is known to the program that reads it',
    failureTitle: 'A key is not known to the program that reads it',
    why: 'Prometheus, Alertmanager, Loki, Promtail and the collector refuse a file with an unknown key; Jaeger and Grafana ignore the key without a word. Where the deployed version is unknown, only keys close to a known one are reported: other versions have further keys.',
    mend: "Correct the key's spelling in the file; the finding names the known key.",
    example: 'global:\n  scrape_intervall: 15s',
  },
  *judge({ config }) {
    for (const root of config.prometheus) {
      yield* keys(root, KNOWN.prometheus)
      yield* keys(root.get('global'), KNOWN.global)
      yield* keys(root.get('alerting'), KNOWN.alerting)
      const managers = root.items('alerting', 'alertmanagers')
      for (const manager of managers) yield* keys(manager, KNOWN.manager)
      const jobs = scrapeJobs(config, root)
      for (const job of jobs) yield* keys(job, KNOWN.job)
      for (const owner of [...jobs, ...managers, root.get('alerting')])
        for (const list of ['relabel_configs', 'metric_relabel_configs', 'alert_relabel_configs'])
          for (const step of owner?.get(list)?.items() ?? []) yield* keys(step, RELABEL)
    }
    for (const file of config.ruleFiles) {
      for (const group of file.items('groups')) {
        yield* keys(group, KNOWN.group)
        for (const rule of group.items('rules')) yield* keys(rule, KNOWN.rule)
      }
    }
    for (const root of config.alertmanager) {
      yield* keys(root, KNOWN.alertmanager)
      const tree = routeTree(root)
      for (const route of tree === undefined ? [] : allRoutes(tree)) yield* keys(route.at, KNOWN.route)
      for (const rule of root.items('inhibit_rules')) yield* keys(rule, KNOWN.inhibition)
      for (const receiver of root.items('receivers')) {
        yield* keys(receiver, KNOWN.receiver)
        for (const kind of ['webhook_configs', 'discord_configs', 'slack_configs'] as const)
          for (const integration of receiver.items(kind)) yield* keys(integration, KNOWN[kind])
      }
    }
    for (const { key, at, owner, path, near, known, reaction, isListed } of componentKeys(config)) {
      // Without a version a key is mistyped when it is within two letters of a known one: newer versions have further keys.
      const meant = isListed ? near : nearest(key, known, key.length < 5 ? 1 : 2)
      if (meant === undefined && !isListed) continue
      const expected = meant ?? `one of ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', ...' : ''}`
      const message = `${key} is not a key of ${path}${meant === undefined ? '' : `, ${meant} is`}`
      yield unknownKey(key, at, owner, expected, `${message}: ${reaction === 'refused' ? 'the file is refused' : 'it is ignored'}`)
    }
  },
}

function* keys(at: Cursor | undefined, known: string[]): Generator<Remark> {
  for (const [key, value] of at?.pairs() ?? []) {
    if (known.includes(key)) continue
    const near = nearest(key, known, key.length < 5 ? 1 : 2)
    if (near !== undefined && at !== undefined)
      yield unknownKey(key, value, at, near, `${key} is not a key here, ${near} is: the file is rejected`)
  }
}
