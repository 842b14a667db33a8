import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
const ID = 'local-defaults-are-set'
const without = (name: string): { file: string; from: RegExp; to: string; expected: string } => ({
  file: D,
  from: new RegExp(`\\n +${name}: .*(?=\\n)`),
  to: '',
  expected: `${name} in the environment`,
})
finds(
  ID,
  'an address of another container, in one finding at the environment',
  ...(
    [
      ['DATABASE_URL', 'moalog-server', '127.0.0.1:3307 by default, which is its own container and not mysql'],
      ['FLUXPAY_URL', 'moalog-server', '127.0.0.1:8081 by default'],
      ['KAFKA_BOOTSTRAP_SERVERS', 'fluxpay-engine', '127.0.0.1:9092 by default'],
      ['PAYMENT_PROVIDER_URL', 'fluxpay-engine', '127.0.0.1:8099 by default'],
      ['MOALOG_SERVER_URL', 'rate-limiter', '127.0.0.1:8090 by default'],
    ] as const
  ).map(([name, subject, observed]) => ({ ...without(name), subject, observed, line: 'environment:' })),
)
finds(
  ID,
  'half of an address, where a service listens, a password; what several share is one finding',
  { ...without('REDIS_HOST'), subject: 'rate-limiter, fluxpay-engine', observed: '127.0.0.1:6382' },
  { ...without('REDIS_PORT'), subject: 'rate-limiter, fluxpay-engine', observed: 'port 6382 of toxiproxy by default' },
  { ...without('SERVER_ADDRESS'), subject: 'rate-limiter, fluxpay-engine', observed: 'it listens on 127.0.0.1 by default' },
  { ...without('MOALOG_BIND'), subject: 'moalog-server', observed: 'it listens on 127.0.0.1:8090' },
  { ...without('ACTUATOR_PASSWORD'), observed: 'its default stands' },
)
passes(ID, 'an address elsewhere', D, /DATABASE_URL: .*/, 'DATABASE_URL: mysql://db.example.com/moalog')
passes(ID, 'an environment that is not known', D, /DATABASE_URL: .*/, 'DATABASE_URL:', {
  ...without('REDIS_HOST'),
})
passes(
  ID,
  'a variable of the image',
  D,
  /CMD \["moalog-server"\]([^]*?)\n +DATABASE_URL: .*/,
  'ENV DATABASE_URL=mysql://mysql:3306/moalog\n        CMD ["moalog-server"]$1',
)
