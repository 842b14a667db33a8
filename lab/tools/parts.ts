import { IS_PACKAGE } from '../../verify/tool/tool-files.ts'
import { version } from './versions.ts'
import type { Version } from './versions.ts'

/**
 * The registry of everything the lab runs. A *part* is what is installed or built in one go; it brings one or more *tools*.
 * Versions of Go programs are pinned in go/<module>/go.mod, those of jars in maven/pom.xml; parts.test.ts holds the two in step.
 */

export const TOOL_IDS = [
  'prometheus',
  'promtool',
  'alertmanager',
  'amtool',
  'redis-server',
  'mariadbd',
  'mariadb-install-db',
  'postgres',
  'initdb',
  'redis-exporter',
  'mysqld-exporter',
  'k6',
  'jaeger',
  'loki',
  'promtail',
  'toxiproxy',
  'kafka',
  'otel-java-agent',
  'jmx-exporter-agent',
  'rate-limiter',
  'fluxpay-engine',
  'heap-agent',
  'moalog-server',
  'payment-provider',
  'node-exporter',
  'blackbox-exporter',
  'nginx',
  'prometheus-required',
  'prometheus-current',
  'alertmanager-current',
  'kube',
  'kube-network-policies',
  'containerd',
  'otel-collector-current',
  'otel-java-agent-current',
  'jaeger-required',
  'otel-collector-required',
] as const
export type ToolId = (typeof TOOL_IDS)[number]

export type PartId =
  | 'prometheus'
  | 'alertmanager'
  | 'amtool'
  | 'redis'
  | 'mariadb'
  | 'postgres'
  | 'redis-exporter'
  | 'mysqld-exporter'
  | 'k6'
  | 'jaeger'
  | 'loki'
  | 'promtail'
  | 'toxiproxy'
  | 'jars'
  | 'jvm-services'
  | 'heap-agent'
  | 'moalog-server'
  | 'payment-provider'
  | 'node-exporter'
  | 'blackbox-exporter'
  | 'nginx'
  | 'prometheus-required'
  | 'prometheus-current'
  | 'alertmanager-current'
  | 'kube'
  | 'kube-network-policies'
  | 'containerd'
  | 'otel-collector-current'
  | 'otel-java-agent-current'
  | 'jaeger-required'
  | 'otel-collector-required'

/** How a part is had. Every field takes part in the key of the part's folder in the cache. */
export type Recipe =
  /**
   * One wrapper module under go/ (see go/README.md), built without optimisation: these are stores and probes, their compile time is what
   * hurts; `optimised` for one that runs beside what is measured. `stamp` is the linker's `variable=value` by which the program knows its
   * version. `lacks`: a file that a module embeds and that its own release builds; an empty one stands for it, so the program has no web
   * page.
   */
  | {
      kind: 'go'
      module: string
      package: string
      output: string
      stamp: string
      optimised?: true
      lacks?: { module: string; file: string }
    }
  /** k6 makes the load, so it is optimised. */
  | { kind: 'xk6'; module: string; version: string }
  /** Packages of this machine's own Debian or Ubuntu release, unpacked and never installed: an installation would start system services. */
  | DebianRecipe
  | { kind: 'maven-jars'; folder: string }
  | { kind: 'maven-build'; folder: string; outputs: Readonly<Record<string, string>> }
  | { kind: 'cargo'; folder: string; output: string }
  /** A script of this checkout, run as it is. */
  | { kind: 'script'; file: string }

export interface DebianRecipe {
  kind: 'debian'
  /** `{}` stands for the number in the one package that `release` depends on: postgresql -> postgresql-15 -> 15. */
  packages: readonly string[]
  release?: string
  /** True: the shared libraries that this machine lacks are unpacked as well, except those whose package name begins with one of `omit`. */
  libraries: boolean
  omit?: readonly string[]
  /** Patterns of files not to keep. */
  drop?: readonly string[]
}

/** A program that may be on this machine already. */
export interface Installed {
  names: readonly string[]
  /** Older ones are not used. Absent for a script that does not know its version. */
  minimum?: Version
}

export interface ToolEntry {
  /** Pattern relative to the part's folder; `*` stands for one path segment, the highest match wins. */
  file: string
  /** Absent: only ours will do. */
  installed?: Installed
  /** Of a jar, which cannot be asked. */
  version?: string
}

export interface Part {
  id: PartId
  /** As a person knows it. */
  title: string
  /** The pinned version, or the release it comes with. */
  version: string
  recipe: Recipe
  tools: Partial<Record<ToolId, ToolEntry>>
  /** Measured alone on two cores with nothing cached: seconds of download, then seconds of compiling. */
  seconds: { network: number; cpu: number }
  /** Size on disk when done. */
  megabytes: number
  /** Of another platform, or another version: made only when one of its tools is asked for by name. */
  extra?: true
}

const prometheusMinimum = version('2.42')
const alertmanagerMinimum = version('0.25')
/** The platform's own. */
const alertmanagerVersion = '0.27.0'
const mariadbMinimum = version('10.6')
const postgresMinimum = version('15')
const lokiVersion = '3.0.0-20240617182007'

/** `stamped`: the linker's variable by which the program knows its version. */
function goProgram(module: string, from: string, output: string, stamped: string, number: string): Extract<Recipe, { kind: 'go' }> {
  return { kind: 'go', module, package: from, output, stamp: `${stamped}=${number}` }
}

/** Debian calls each of them prometheus-NAME, the project itself NAME with an underscore. */
function debianExporter(id: 'redis-exporter' | 'node-exporter' | 'blackbox-exporter', minimum: string, megabytes: number): Part {
  const [title, debian] = [id.replace('-', '_'), `prometheus-${id}`]
  return {
    id,
    title,
    version: `${minimum} or newer`,
    recipe: { kind: 'debian', packages: [debian], libraries: false },
    tools: { [id]: { file: `usr/bin/${debian}`, installed: { names: [title, debian], minimum: version(minimum) } } },
    seconds: { network: 3, cpu: 1 },
    megabytes,
  }
}

/** A version of lab/versions/. Prometheus's module has another number than the program: 3.16.0 is v0.316.0, without a web page in it. */
function otherVersion(id: 'prometheus-required' | 'prometheus-current' | 'alertmanager-current', number: string, seconds: number): Part {
  const [program = ''] = id.split('-')
  return {
    id,
    title: `${program === 'prometheus' ? 'Prometheus' : 'Alertmanager'} ${number}`,
    version: number,
    recipe: {
      kind: 'go',
      module: id,
      package: `github.com/prometheus/${program}/cmd/${program}`,
      output: program,
      stamp: `github.com/prometheus/common/version.Version=${number}`,
      ...(program === 'alertmanager' ? { lacks: { module: 'github.com/prometheus/alertmanager', file: 'ui/app/dist/empty' } } : {}),
    },
    tools: { [id]: { file: program } },
    seconds: { network: 45, cpu: seconds },
    megabytes: program === 'prometheus' ? 150 : 40,
    extra: true,
  }
}

/** Quick parts first, so that lint and simulate have their programs within a minute of a bare start. */
export const PARTS: readonly Part[] = [
  {
    id: 'prometheus',
    title: 'Prometheus',
    version: '2.42 or newer',
    recipe: { kind: 'debian', packages: ['prometheus'], libraries: false },
    tools: {
      prometheus: { file: 'usr/bin/prometheus', installed: { names: ['prometheus'], minimum: prometheusMinimum } },
      promtool: { file: 'usr/bin/promtool', installed: { names: ['promtool'], minimum: prometheusMinimum } },
    },
    seconds: { network: 5, cpu: 1 },
    megabytes: 98,
  },
  // Not Debian's package: its program reads its default template from /usr/share and nowhere else, so it runs only where it is installed.
  {
    id: 'alertmanager',
    title: 'Alertmanager',
    version: alertmanagerVersion,
    recipe: goProgram(
      'alertmanager',
      'github.com/prometheus/alertmanager/cmd/alertmanager',
      'alertmanager',
      'github.com/prometheus/common/version.Version',
      alertmanagerVersion,
    ),
    tools: {
      alertmanager: {
        file: 'alertmanager',
        installed: { names: ['alertmanager', 'prometheus-alertmanager'], minimum: alertmanagerMinimum },
      },
    },
    seconds: { network: 10, cpu: 30 },
    megabytes: 35,
  },
  {
    id: 'amtool',
    title: 'amtool',
    version: alertmanagerVersion,
    recipe: goProgram(
      'alertmanager',
      'github.com/prometheus/alertmanager/cmd/amtool',
      'amtool',
      'github.com/prometheus/common/version.Version',
      alertmanagerVersion,
    ),
    tools: { amtool: { file: 'amtool', installed: { names: ['amtool'], minimum: alertmanagerMinimum } } },
    seconds: { network: 1, cpu: 5 },
    megabytes: 29,
  },
  {
    id: 'redis',
    title: 'Redis',
    version: '7.0 or newer',
    recipe: { kind: 'debian', packages: ['redis-server', 'redis-tools'], libraries: true },
    tools: { 'redis-server': { file: 'usr/bin/redis-server', installed: { names: ['redis-server'], minimum: version('7.0') } } },
    seconds: { network: 3, cpu: 1 },
    megabytes: 7,
  },
  {
    id: 'mariadb',
    title: 'MariaDB',
    version: '10.6 or newer',
    // mariadb-install-db calls my_print_defaults, which is in the client's package.
    recipe: { kind: 'debian', packages: ['mariadb-server-core', 'mariadb-client-core'], libraries: true },
    tools: {
      mariadbd: { file: 'usr/sbin/mariadbd', installed: { names: ['mariadbd'], minimum: mariadbMinimum } },
      'mariadb-install-db': { file: 'usr/bin/mariadb-install-db', installed: { names: ['mariadb-install-db'] } },
    },
    seconds: { network: 5, cpu: 1 },
    megabytes: 62,
  },
  {
    id: 'postgres',
    title: 'PostgreSQL',
    version: '15 or newer',
    recipe: {
      kind: 'debian',
      packages: ['postgresql-{}', 'postgresql-client-{}'],
      release: 'postgresql',
      libraries: true,
      // Without llvmjit.so PostgreSQL compiles no queries, and 100 MB of LLVM are not needed.
      omit: ['libllvm', 'libz3'],
      drop: ['usr/lib/postgresql/*/lib/llvmjit.so', 'usr/lib/postgresql/*/lib/bitcode'],
    },
    tools: {
      postgres: { file: 'usr/lib/postgresql/*/bin/postgres', installed: { names: ['postgres'], minimum: postgresMinimum } },
      initdb: { file: 'usr/lib/postgresql/*/bin/initdb', installed: { names: ['initdb'], minimum: postgresMinimum } },
    },
    seconds: { network: 6, cpu: 2 },
    megabytes: 60,
  },
  debianExporter('redis-exporter', '1.45', 9),
  {
    id: 'payment-provider',
    title: 'payment-provider stand-in',
    version: 'as in this checkout',
    recipe: {
      kind: 'script',
      file: 'lab/services/payment-provider/server.ts',
    },
    tools: { 'payment-provider': { file: '' } },
    seconds: { network: 0, cpu: 0 },
    megabytes: 0,
  },
  {
    id: 'toxiproxy',
    title: 'Toxiproxy',
    version: '2.5.0',
    recipe: goProgram(
      'toxiproxy',
      'github.com/Shopify/toxiproxy/v2/cmd/server',
      'toxiproxy',
      'github.com/Shopify/toxiproxy/v2.Version',
      '2.5.0',
    ),
    tools: { toxiproxy: { file: 'toxiproxy' } },
    seconds: { network: 3, cpu: 6 },
    megabytes: 13,
  },
  {
    id: 'mysqld-exporter',
    title: 'mysqld_exporter',
    version: '0.16.0',
    recipe: goProgram(
      'mysqld-exporter',
      'github.com/prometheus/mysqld_exporter',
      'mysqld_exporter',
      'github.com/prometheus/common/version.Version',
      '0.16.0',
    ),
    // 0.15 took DATA_SOURCE_NAME away and brought --mysqld.address and --config.my-cnf.
    tools: {
      'mysqld-exporter': {
        file: 'mysqld_exporter',
        installed: { names: ['mysqld_exporter', 'prometheus-mysqld-exporter'], minimum: version('0.15') },
      },
    },
    seconds: { network: 5, cpu: 12 },
    megabytes: 17,
  },
  {
    id: 'jars',
    title: 'Kafka, OpenTelemetry and JMX agents',
    version: 'Kafka 3.5.2, OpenTelemetry Java agent 2.11.0, JMX exporter agent 1.0.1',
    recipe: { kind: 'maven-jars', folder: 'lab/tools/maven' },
    tools: {
      kafka: { file: 'kafka', version: '3.5.2' },
      'otel-java-agent': { file: 'agents/opentelemetry-javaagent.jar', version: '2.11.0' },
      'jmx-exporter-agent': { file: 'agents/jmx_prometheus_javaagent.jar', version: '1.0.1' },
    },
    seconds: { network: 18, cpu: 0 },
    megabytes: 63,
  },
  {
    id: 'heap-agent',
    title: 'heap agent',
    version: 'as in this checkout',
    recipe: { kind: 'maven-build', folder: 'chaos/heap-agent', outputs: { 'heap-agent.jar': 'target/heap-agent.jar' } },
    tools: { 'heap-agent': { file: 'heap-agent.jar' } },
    seconds: { network: 6, cpu: 4 },
    megabytes: 1,
  },
  {
    id: 'jvm-services',
    title: 'rate-limiter and fluxpay-engine stand-ins',
    version: 'as in this checkout',
    recipe: {
      kind: 'maven-build',
      folder: 'lab/services/jvm',
      outputs: {
        'rate-limiter.jar': 'rate-limiter/target/rate-limiter.jar',
        'fluxpay-engine.jar': 'fluxpay-engine/target/fluxpay-engine.jar',
      },
    },
    tools: { 'rate-limiter': { file: 'rate-limiter.jar' }, 'fluxpay-engine': { file: 'fluxpay-engine.jar' } },
    seconds: { network: 45, cpu: 20 },
    megabytes: 74,
  },
  {
    id: 'k6',
    title: 'k6',
    version: '1.8.1',
    recipe: { kind: 'xk6', module: 'k6', version: 'v1.8.1' },
    // In the lab only ours will do: its figures are compared from run to run.
    tools: { k6: { file: 'k6', ...(IS_PACKAGE ? { installed: { names: ['k6'], minimum: version('1.0') } } : {}) } },
    seconds: { network: 20, cpu: 105 },
    megabytes: 50,
  },
  {
    id: 'jaeger',
    title: 'Jaeger and OpenTelemetry Collector',
    version: '1.76.0',
    recipe: goProgram(
      'jaeger',
      'github.com/jaegertracing/jaeger/cmd/jaeger',
      'jaeger',
      'github.com/jaegertracing/jaeger/internal/version.latestVersion',
      'v1.76.0',
    ),
    tools: { jaeger: { file: 'jaeger' } },
    seconds: { network: 45, cpu: 150 },
    megabytes: 99,
  },
  {
    id: 'moalog-server',
    title: 'moalog-server stand-in',
    version: 'as in this checkout',
    recipe: { kind: 'cargo', folder: 'lab/services/moalog-server', output: 'moalog-server' },
    tools: { 'moalog-server': { file: 'moalog-server' } },
    seconds: { network: 10, cpu: 110 },
    megabytes: 8,
  },
  {
    id: 'loki',
    title: 'Loki',
    version: lokiVersion,
    recipe: goProgram(
      'loki',
      'github.com/grafana/loki/v3/cmd/loki',
      'loki',
      'github.com/grafana/loki/v3/pkg/util/build.Version',
      lokiVersion,
    ),
    tools: { loki: { file: 'loki' } },
    seconds: { network: 50, cpu: 100 },
    megabytes: 92,
  },
  {
    id: 'promtail',
    title: 'Promtail',
    version: lokiVersion,
    recipe: goProgram(
      'loki',
      'github.com/grafana/loki/v3/clients/cmd/promtail',
      'promtail',
      'github.com/grafana/loki/v3/pkg/util/build.Version',
      lokiVersion,
    ),
    tools: { promtail: { file: 'promtail' } },
    seconds: { network: 2, cpu: 58 },
    megabytes: 118,
  },
  { ...debianExporter('node-exporter', '1.5', 20), extra: true },
  { ...debianExporter('blackbox-exporter', '0.23', 20), extra: true },
  {
    id: 'nginx',
    title: 'nginx',
    version: '1.22 or newer',
    recipe: { kind: 'debian', packages: ['nginx'], libraries: true },
    tools: { nginx: { file: 'usr/sbin/nginx', installed: { names: ['nginx'], minimum: version('1.22') } } },
    seconds: { network: 3, cpu: 1 },
    megabytes: 5,
    extra: true,
  },
  otherVersion('prometheus-required', '2.48.1', 200),
  otherVersion('prometheus-current', '3.16.0', 300),
  otherVersion('alertmanager-current', '0.35.0', 40),
  {
    id: 'kube',
    title: 'Kubernetes (control plane, kubelet, kubectl and etcd as one program)',
    version: '1.34.4',
    recipe: { ...goProgram('kube', '.', 'kube', 'k8s.io/component-base/version.gitVersion', 'v1.34.4'), optimised: true },
    tools: { kube: { file: 'kube' } },
    seconds: { network: 60, cpu: 1_090 },
    megabytes: 141,
    extra: true,
  },
  {
    id: 'kube-network-policies',
    title: 'kube-network-policies (enforces NetworkPolicies)',
    version: '0.8.0',
    recipe: goProgram('kube-network-policies', '.', 'kube-network-policies', 'main.version', '0.8.0'),
    tools: { 'kube-network-policies': { file: 'kube-network-policies' } },
    seconds: { network: 10, cpu: 120 },
    megabytes: 53,
    extra: true,
  },
  {
    id: 'containerd',
    title: 'containerd, runc and CNI plugins',
    version: '1.6 or newer',
    recipe: {
      kind: 'debian',
      packages: ['containerd', 'runc', 'containernetworking-plugins', 'iptables', 'conntrack', 'busybox-static', 'tini'],
      libraries: true,
    },
    tools: { containerd: { file: 'usr/bin/containerd' } },
    seconds: { network: 10, cpu: 5 },
    megabytes: 180,
    extra: true,
  },
  {
    id: 'otel-collector-current',
    title: 'OpenTelemetry Collector 0.165.0',
    version: '0.165.0',
    recipe: { kind: 'go', module: 'otel-collector-current', package: '.', output: 'otelcol', stamp: 'main.version=0.165.0' },
    tools: { 'otel-collector-current': { file: 'otelcol' } },
    seconds: { network: 30, cpu: 60 },
    megabytes: 40,
    extra: true,
  },
  {
    id: 'otel-java-agent-current',
    title: 'OpenTelemetry Java agent 2.33.1',
    version: '2.33.1',
    recipe: { kind: 'maven-jars', folder: 'lab/tools/maven-current' },
    tools: { 'otel-java-agent-current': { file: 'opentelemetry-javaagent.jar', version: '2.33.1' } },
    seconds: { network: 10, cpu: 0 },
    megabytes: 25,
    extra: true,
  },
  {
    id: 'jaeger-required',
    title: 'Jaeger 1.54.0',
    version: '1.54.0',
    recipe: goProgram(
      'jaeger-all-in-one',
      'github.com/jaegertracing/jaeger/cmd/all-in-one',
      'all-in-one',
      'github.com/jaegertracing/jaeger/pkg/version.latestVersion',
      'v1.54.0',
    ),
    tools: { 'jaeger-required': { file: 'all-in-one' } },
    seconds: { network: 30, cpu: 210 },
    megabytes: 60,
    extra: true,
  },
  {
    id: 'otel-collector-required',
    title: 'OpenTelemetry Collector 0.93.0',
    version: '0.93.0',
    recipe: { kind: 'go', module: 'otel-collector', package: '.', output: 'otelcol', stamp: 'main.version=0.93.0' },
    tools: { 'otel-collector-required': { file: 'otelcol' } },
    seconds: { network: 20, cpu: 60 },
    megabytes: 40,
    extra: true,
  },
]

const partByTool: ReadonlyMap<ToolId, Part> = new Map(
  PARTS.flatMap((part) => (Object.keys(part.tools) as ToolId[]).map((tool) => [tool, part] as const)),
)

/** The part that brings this tool. */
export function partOf(tool: ToolId): Part {
  const part = partByTool.get(tool)
  if (part === undefined) throw new Error(`no part brings ${tool}`)
  return part
}

export function isToolId(text: string): text is ToolId {
  return (TOOL_IDS as readonly string[]).includes(text)
}
