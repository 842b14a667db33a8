import { PORT_NAMES } from '../parts/part-ports.ts'
import { TOOL_IDS } from '../tools/tools.ts'

/**
 * Where the lab is not what docker-compose.yaml says, each with its reason: docs/lab.md has the table, and differences.test.ts proves that
 * there is nothing else.
 */
export interface Difference {
  /** Ids of parts; absent: of every part. */
  parts?: readonly string[]
  what: string
  why: string
  /** Words of the lab's command line that the compose file has not. */
  adds?: RegExp
  /** Variables that the compose file has not, or to another value. */
  sets?: RegExp
  /** Keys of a service, words of its command, `NAME` of its environment and targets of its mounts that change nothing in the lab. */
  leaves?: RegExp
}

const JVMS = ['rate-limiter', 'fluxpay-engine']

export const DIFFERENCES: readonly Difference[] = [
  {
    what: 'image, build',
    why: 'There are no containers. The same programs come from `firedrill setup`, stand-ins from this checkout; versions are in lab/tools/parts.ts.',
    adds: /^\{[\w-]+\}$|^\/java$|node$/,
    leaves: /^(?:image|build)$/,
  },
  {
    what: 'ports, and the address to listen on',
    why: 'There is one network, loopback: a port of a container is the port of the lab that .env.example names, and a program listens there alone. Which port it is in the container comes from the service itself.',
    adds: /^-?-(?:web\.listen-address|cluster\.listen-address|bind-address|bind|host|port|h|p)(?:=|$)|^127\.0\.0\.1$|^\d+$/,
    sets: /^(?:SERVER_ADDRESS|SERVER_PORT|MOALOG_BIND)$/,
    leaves: /^(?:ports|SERVER_ADDRESS|-host=0\.0\.0\.0)$/,
  },
  {
    what: 'healthcheck, depends_on',
    why: 'The lab asks each part a real question before it calls it ready, and starts as much as it can at once (lab/parts).',
    leaves: /^(?:healthcheck|depends_on)$/,
  },
  {
    what: 'the environment of a process',
    why: "HOME and TMPDIR are in the part's folder, so that nothing is left outside; PATH is that of firedrill, LANG is C.UTF-8, TZ is UTC. Unpacked packages need LD_LIBRARY_PATH.",
    sets: /^(?:PATH|HOME|TMPDIR|LANG|TZ|LD_LIBRARY_PATH)$/,
  },
  {
    parts: ['redis', 'mysql', 'postgres', 'kafka', 'loki', 'prometheus', 'alertmanager', 'promtail'],
    what: 'volumes of data',
    why: "A folder of the part, gone with the lab. What the image's entrypoint does once with its variables, the lab does when it makes the folder.",
    adds: /^(?:-D|--datadir=.*|\{dir\}\/data|--basedir=.*)$/,
    leaves: /_data$|^\/var\/lib\/(?:mysql|postgresql\/data|promtail)$|^(?:CLUSTER_ID|POSTGRES_USER|POSTGRES_DB)$|^\/(?:loki)$/,
  },
  {
    parts: ['mysql'],
    what: 'MariaDB in place of MySQL 8',
    why: "Debian has no MySQL. Accounts and databases come from MYSQL_* as the image makes them; names are not resolved, as in the image's my.cnf.",
    adds: /^--(?:no-defaults|user=root|socket=.*|pid-file=.*|init-file=.*|skip-name-resolve)$/,
  },
  {
    parts: ['postgres'],
    what: 'no socket, no fsync, no /dev/shm; a lock file of a killed server is removed',
    why: 'A killed server may be started again at once and leaves nothing outside of its folder. The data may go with the machine.',
    adds: /^(?:\/bin\/sh|-c|rm -f .*|postgres|\{dir\}\/data\/postmaster\.pid|-k||-F|dynamic_shared_memory_type=mmap)$/,
  },
  {
    parts: ['kafka'],
    what: 'a broker from the jars',
    why: 'Started as the image starts it, from KAFKA_* as properties; it logs warnings and errors alone.',
    adds: /^-D(?:org\.slf4j|java\.io\.tmpdir)|^-cp$|^\{kafka\}\/\*$|^kafka\.Kafka$|server\.properties$/,
  },
  {
    parts: [...JVMS, 'kafka'],
    what: 'JVM flags for a quick start: C1 alone, no perf data, the serial collector for Kafka',
    why: 'Three JVMs start at once on two cores. The heap, its kind in the services and its limit are those of the compose file.',
    adds: /^-XX:(?:TieredStopAtLevel=1|-UsePerfData|\+UseSerialGC)$|^-Djava\.io\.tmpdir=/,
  },
  {
    parts: JVMS,
    what: 'the agents reach the collector through Toxiproxy',
    why: 'So that a drill can close their endpoint while the collector is well: otel-collector:4318 is the proxy otel-http for them. AGENT_OTLP_ENDPOINT does the same for containers.',
  },
  {
    parts: ['toxiproxy'],
    what: 'the proxy otel-http in each case, and a log of warnings alone',
    why: 'See above. All proxies are those of the compose file.',
    adds: /^-config$|proxies\.json$/,
    sets: /^LOG_LEVEL$/,
  },
  {
    parts: ['jaeger', 'otel-collector'],
    what: 'Jaeger 2, which also is the collector',
    why: 'One program in place of two, which `firedrill setup` compiles in little more than half the time. lab/relocate/ turns jaeger.yml and otel-collector.yml into what it reads. `--versions required` runs Jaeger 1.54 and the collector 0.93 with both files as they are.',
    adds: /^--config=/,
  },
  {
    parts: ['alertmanager'],
    what: 'switch-on.sh does not run',
    why: 'Its paths are those of a container. lab/relocate/channels.ts switches the same lines on (a test compares the two), and its flags are taken from its last line.',
    adds: /^--(?:config\.file|storage\.path)=\{dir\}\/rootfs\//,
    leaves: /^\/bin\/sh$/,
  },
  {
    parts: ['alertmanager'],
    what: 'URLs of notification-sink',
    why: "Below a path of this lab alone: the drill's receiver hears nothing else. An Alertmanager that the lab does not start as deployed posts as it is configured.",
  },
  {
    parts: ['promtail'],
    what: 'log files for containers',
    why: "Promtail gets the labels of Docker's discovery with the log of each part that has a container_name; the other containers' logs are about no promise. The collector that reads logs in its place (`--versions current`) gets what Docker's file would say of them.",
    leaves: /^\/var\/run\/docker\.sock$/,
  },
  {
    parts: ['prometheus'],
    what: '--rules.alert.resend-delay when times are divided',
    why: 'A flag is a time as well: 1 m divided by the speed, 5 s at least. With --real-time it is as deployed.',
  },
  {
    what: 'services grafana and otel-agent-init',
    why: "Dashboards, links and provisioning are evaluated from their files. The agent's jar comes from `firedrill setup` and lies where otel-agent-init would write it.",
  },
  {
    what: 'extra_hosts, user',
    why: "notification-sink is the drill's receiver. Programs run as the user of firedrill; those that refuse root as the account `nobody`.",
    leaves: /^(?:extra_hosts|user)$/,
  },
  {
    parts: ['toxiproxy', 'redis-exporter', 'mysqld-exporter'],
    what: 'sysctls',
    why: 'On loopback a closed port answers a dial at once, so none is retried. The kernel of this machine stays as it is.',
    leaves: /^sysctls$/,
  },
  {
    what: 'memory limits of what is no JVM',
    why: "Nothing in the lab enforces them; a JVM sees mem_limit as its machine's memory (-XX:MaxRAM), which its heap is a share of.",
  },
]

/** For docs/lab.md. */
export function labTables(): string {
  const rows = DIFFERENCES.map(({ parts, what, why }) => `| ${parts?.join(', ') ?? 'all'} | ${what} | ${why} |`)
  return [
    `Tools: ${TOOL_IDS.map((id) => `\`${id}\``).join(', ')}.`,
    `Ports: ${PORT_NAMES.map((name) => `\`${name}\``).join(', ')}.`,
    'Where the lab is not what the compose file says. A test proves that there is nothing else (lab/compose/differences.test.ts).',
    ['| parts | what differs | why |', '|---|---|---|', ...rows].join('\n'),
  ].join('\n\n')
}
