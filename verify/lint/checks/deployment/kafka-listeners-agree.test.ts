import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'kafka-listeners-agree'
finds(
  id,
  'names of listeners',
  { file: D, from: 'INTERNAL://kafka:29092', to: 'INTERNL://kafka:29092', subject: 'kafka', observed: 'did you mean INTERNAL' },
  { file: D, from: 'KAFKA_INTER_BROKER_LISTENER_NAME: INTERNAL', to: 'KAFKA_INTER_BROKER_LISTENER_NAME: INSIDE', subject: 'kafka' },
  { file: D, from: 'HOST:PLAINTEXT,CONTROLLER:PLAINTEXT', to: 'CONTROLLER:PLAINTEXT', expected: 'HOST:PLAINTEXT' },
  { file: D, from: 'CONTROLLER:PLAINTEXT', to: 'CONTROLLER:PLAIN_TEXT', observed: 'CONTROLLER:PLAIN_TEXT' },
  { file: D, from: 'KAFKA_CONTROLLER_LISTENER_NAMES: CONTROLLER', to: 'KAFKA_CONTROLLER_LISTENER_NAMES: CTRL' },
)
finds(
  id,
  'its number, its voters, its clients',
  { file: D, from: 'KAFKA_NODE_ID: "1"', to: 'KAFKA_NODE_ID: "2"', expected: 'a voter 2' },
  { file: D, from: '1@kafka:9093', to: '1@kafka:9094', expected: 'port 9093' },
  { file: D, from: 'KAFKA_PROCESS_ROLES: broker,controller', to: 'KAFKA_PROCESS_ROLES: broker,contoller', observed: 'contoller' },
  {
    file: D,
    from: 'KAFKA_BOOTSTRAP_SERVERS: kafka:29092',
    to: 'KAFKA_BOOTSTRAP_SERVERS: kafka:9092',
    subject: 'fluxpay-engine',
    observed: '127.0.0.1',
  },
  { file: D, from: 'KAFKA_BOOTSTRAP_SERVERS: kafka:29092', to: 'KAFKA_BOOTSTRAP_SERVERS: kafka:9093', subject: 'fluxpay-engine' },
)
finds(id, 'a number that is none', {
  file: D,
  from: 'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1"',
  to: 'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: one',
  observed: 'one',
})
passes(id, 'another port, everywhere', D, /29092/g as unknown as RegExp, '39092')

finds(
  id,
  'copies that one broker cannot make',
  { file: D, from: /  +KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1"\n/, to: '', subject: 'kafka', observed: '3 by default' },
  {
    file: D,
    from: 'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1"',
    to: 'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "3"',
    subject: 'kafka',
    observed: '3',
  },
  {
    file: D,
    from: /  +KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1"\n/,
    to: '',
    subject: 'kafka',
    severity: 'warning',
    observed: 'no transaction begins',
  },
)

finds('kafka-listeners-agree', 'the listener of the network, advertised as localhost', {
  file: 'docker-compose.yaml',
  from: 'INTERNAL://kafka:29092,HOST',
  to: 'INTERNAL://localhost:29092,HOST',
  subject: 'kafka',
  observed: 'where a client finds itself',
  line: 'KAFKA_ADVERTISED_LISTENERS',
})

finds(
  'kafka-listeners-agree',
  'what a broker without ZooKeeper does not start without',
  { file: D, from: /  +KAFKA_LISTENERS: .*\n/, to: '', subject: 'kafka', expected: 'KAFKA_LISTENERS' },
  { file: D, from: /  +CLUSTER_ID: .*\n/, to: '', subject: 'kafka', expected: 'CLUSTER_ID' },
  { file: D, from: /  +KAFKA_INTER_BROKER_LISTENER_NAME: .*\n/, to: '', subject: 'kafka', observed: 'PLAINTEXT by default' },
  { file: D, from: 'KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1"', to: 'KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "0"', expected: '1 or more' },
)
finds(
  'kafka-listeners-agree',
  'a listener of the host that is not published under its port',
  {
    file: D,
    from: '${KAFKA_PORT:-9092}:9092"]',
    to: '${KAFKA_PORT:-9092}:9093"]',
    subject: 'kafka',
    expected: '9092:9092',
    observed: '9092:9093',
  },
  { file: D, from: / {4}ports: \[".*KAFKA_PORT.*\n/, to: '', subject: 'kafka', observed: 'not published' },
)
passes('kafka-listeners-agree', 'inside the network alone', D, 'HOST://127.0.0.1:${KAFKA_PORT:-9092}', 'HOST://kafka:9092')

finds(
  id,
  'a protocol without its keys or accounts',
  {
    file: D,
    from: 'INTERNAL:PLAINTEXT',
    to: 'INTERNAL:SASL_PLAINTEXT',
    line: 'SECURITY_PROTOCOL_MAP',
    observed: 'INTERNAL:SASL_PLAINTEXT',
  },
  { file: D, from: 'HOST:PLAINTEXT', to: 'HOST:SSL', line: 'SECURITY_PROTOCOL_MAP', expected: 'KEYSTORE' },
  { file: D, from: 'CONTROLLER:PLAINTEXT', to: 'CONTROLLER:SASL_PLAINTEXT', line: 'SECURITY_PROTOCOL_MAP', expected: 'JAAS' },
)
passes(
  id,
  'SASL with accounts',
  D,
  'KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: INTERNAL:PLAINTEXT',
  'KAFKA_OPTS: -Djava.security.auth.login.config=/jaas.conf\n      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: INTERNAL:SASL_PLAINTEXT',
)
