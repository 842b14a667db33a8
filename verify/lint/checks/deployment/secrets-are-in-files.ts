import { remark, warning, type Check } from '../../lint-check.ts'
import { scalarsIn, type Cursor } from '../../../config/yaml/cursor.ts'

const SECRET_KEY =
  /^(password|smtp_auth_password|api_key|service_key|routing_key|bot_token|bearer_token|credentials|token|client_secret|auth_password|secret|webhook_url|slack_api_url|api_url|url)$/
/** Addresses that are secrets themselves. */
const SECRET_URL = /hooks\.slack\.com\/services|discord(app)?\.com\/api\/webhooks|webhook\.office\.com|:\/\/[^/\s:@]+:[^/\s@]+@/

/** What an example holds in its place. */
const PLACEHOLDER =
  /change.?me|(?:replace.?me|to.?replace)|\byour(?:[-_. ]|password|token|secret|key)|placeholder|xxx|\btodo\b|\bdummy\b|<[a-z][\w -]*>/i
/** A name that stands for what is put in later: SMTP_PASSWORD. */
const IN_CAPITALS = /(?:^|\/)[A-Z]+(?:_[A-Z]+)+$/

export const check: Check = {
  meta: {
    id: 'secrets-are-in-files',
    area: 'alertmanager',
    title: 'No secret stands in a configuration file',
    failureTitle: 'A secret stands in a configuration file',
    why: 'Committed files are readable to everyone with access to the repository. Put passwords, tokens and chat webhook URLs into files that are not committed (password_file, api_url_file).',
    mend: 'Move the value to a file that is not committed and name that file (password_file, api_url_file, webhook_url_file); then change the secret.',
    example: 'basic_auth:\n  username: actuator\n  password: s3cret',
  },
  *judge({ config }) {
    for (const root of [...config.alertmanager, ...config.prometheus, ...config.promtail])
      for (const value of scalarsIn(root)) {
        const { key } = value
        const text = value.string() ?? ''
        if (key === 'routing_key' && ofTeams(root).has(value.start)) continue
        if (!SECRET_KEY.test(key) || text === '' || /^(\$\{?\w|<|%\{)/.test(text)) continue
        if (/url$/.test(key) && !SECRET_URL.test(text)) continue
        if (PLACEHOLDER.test(text) || IN_CAPITALS.test(text))
          yield warning(
            key,
            value,
            `the secret, in ${key}_file or an environment variable`,
            text,
            'A place for a secret still holds what stands for it: nothing sent there arrives',
          )
        else
          yield remark(key, value, `${key}_file, or an environment variable`, `${key} in plain text (${text.length} characters, not shown)`)
      }
  },
}

/** VictorOps' routing_key names a team, and has no file: https://prometheus.io/docs/alerting/latest/configuration/#victorops_config */
function ofTeams(alertmanager: Cursor): ReadonlySet<number> {
  const teams = alertmanager.items('receivers').flatMap((receiver) => receiver.items('victorops_configs'))
  return new Set(teams.flatMap((each) => each.get('routing_key')?.start ?? []))
}
