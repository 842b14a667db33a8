/**
 * Integrations whose send_resolved is true by default; of the others it is false.
 * https://github.com/prometheus/alertmanager/blob/v0.28.1/config/notifiers.go
 */
const DEFAULT_TRUE = new Set(
  'webhook discord pagerduty opsgenie pushover victorops telegram webex msteams msteamsv2 sns jira'
    .split(' ')
    .map((kind) => `${kind}_configs`),
)

/** What an integration does about resolved alerts that says nothing of it; `key` is that of its list. */
export function sendsResolvedByDefault(key: string): boolean {
  return DEFAULT_TRUE.has(key)
}
