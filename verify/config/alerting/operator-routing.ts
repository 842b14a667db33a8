import { Cursor } from '../yaml/cursor.ts'

/** Keys that are no snake case of themselves; a reference to a Secret is what a file is to Alertmanager. */
const NAMES: Record<string, string> = {
  apiURL: 'api_url_file',
  urlSecret: 'url_file',
  sourceMatch: 'source_matchers',
  targetMatch: 'target_matchers',
  routingKey: 'routing_key_file',
  serviceKey: 'service_key_file',
  apiSecret: 'api_secret_file',
  authPassword: 'auth_password_file',
  webhookURL: 'webhook_url_file',
}

/** An AlertmanagerConfig's spec with the keys that alertmanager.yml has; matchers are texts there and mappings here. */
class AsAlertmanager extends Cursor {
  constructor({ source, node, keyAt, key }: Cursor) {
    super(source, node, keyAt, key)
  }

  override pairs(...path: (string | number)[]): readonly (readonly [string, Cursor])[] {
    if (path.length > 0) return super.pairs(...path)
    return super
      .pairs()
      .map(([key, value]) => [NAMES[key] ?? key.replace(/[A-Z]+/g, (letters) => `_${letters.toLowerCase()}`), asAlertmanager(value)])
  }

  override items(...path: (string | number)[]): readonly Cursor[] {
    return path.length > 0 ? super.items(...path) : super.items().map(asAlertmanager)
  }

  override string(...path: (string | number)[]): string | undefined {
    if (path.length > 0) return this.get(...path)?.string()
    const name = this.isMap() ? this.get('name')?.string() : undefined
    // {name, value, matchType}: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1alpha1.Matcher
    if (name === undefined || !(this.has('value') || this.has('match_type'))) return super.string()
    const op = this.get('match_type')?.string() ?? (this.bool('regex') === true ? '=~' : '=')
    return `${name} ${op} ${JSON.stringify(this.get('value')?.string() ?? '')}`
  }
}

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1alpha1.AlertmanagerConfig */
export function asAlertmanager(spec: Cursor): Cursor {
  return new AsAlertmanager(spec)
}

/** Of such routing the operator makes one route of several, below a root of its own: there it may have what a root may not. */
export function isOfOperator(alertmanager: Cursor): boolean {
  return alertmanager instanceof AsAlertmanager
}
