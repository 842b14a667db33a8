import type { ToolId } from '../tools/tools.ts'

/** A program that only the engine's images need: built from a pinned module under lab/tools/go/. */
export interface GoProgram {
  module: string
  package: string
}

/** Where a file of an image comes from. */
export type Source =
  | { tool: ToolId }
  | { go: GoProgram }
  /** Below the unpacked packages. */
  | { unpacked: string }
  /** Below the checkout. */
  | { checkout: string }

export interface Image {
  /** As docker-compose.yaml names it; `project/service` is an image that compose would build: `&lt;project>-<service>`. */
  tag: string | { service: string }
  /** Folder under images/ with its Dockerfile, or one of the checkout. */
  folder: string
  files: Record<string, Source>
  /** What stands in for the image of that name. */
  is: string
}

const file = (tool: ToolId): Source => ({ tool })
const jvm = (service: 'rate-limiter' | 'fluxpay-engine'): Image => ({
  tag: { service },
  folder: 'jvm',
  files: { 'service.jar': file(service), 'jmx_prometheus_javaagent.jar': file('jmx-exporter-agent') },
  is: `the stand-in ${service} of this checkout, as compose would build it`,
})

/** In the order in which they are built: those that others begin with first. debian:bookworm-slim comes from debootstrap. */
export const IMAGES: readonly Image[] = [
  { tag: 'busybox:1.36', folder: 'busybox', files: { busybox: { unpacked: 'bin/busybox' } }, is: "Debian's static busybox" },
  { tag: 'firedrill/base', folder: 'base', files: { busybox: { unpacked: 'bin/busybox' } }, is: 'Debian with wget and nc' },
  { tag: 'eclipse-temurin:17-jdk-alpine', folder: 'jdk', files: {}, is: "Debian's OpenJDK 17" },
  { tag: 'node:24-slim', folder: 'node', files: { node: { checkout: 'node_modules/node/bin/node' } }, is: 'the Node of npm ci' },
  { tag: 'redis:7-alpine', folder: 'redis', files: {}, is: "Debian's Redis 7.0" },
  { tag: 'mysql:8.0', folder: 'mysql', files: {}, is: "Debian's MariaDB 10.11" },
  { tag: 'postgres:16-alpine', folder: 'postgres', files: {}, is: "Debian's PostgreSQL 15" },
  { tag: 'confluentinc/cp-kafka:7.5.3', folder: 'kafka', files: { jars: file('kafka') }, is: 'Apache Kafka 3.5.2' },
  {
    tag: 'curlimages/curl:8.11.1',
    folder: 'curl',
    files: { 'opentelemetry-javaagent.jar': file('otel-java-agent') },
    is: 'a script that copies the OpenTelemetry agent, for a curl that downloads it',
  },
  {
    tag: 'ghcr.io/shopify/toxiproxy:2.5.0',
    folder: 'toxiproxy',
    files: {
      'toxiproxy': file('toxiproxy'),
      'toxiproxy-cli': { go: { module: 'toxiproxy-cli', package: 'github.com/Shopify/toxiproxy/v2/cmd/cli' } },
    },
    is: 'Toxiproxy 2.5.0, built here',
  },
  jvm('rate-limiter'),
  jvm('fluxpay-engine'),
  {
    tag: { service: 'moalog-server' },
    folder: 'moalog-server',
    files: { 'moalog-server': file('moalog-server') },
    is: 'the stand-in moalog-server of this checkout, as compose would build it',
  },
  {
    tag: { service: 'payment-provider' },
    folder: 'lab/services/payment-provider',
    files: {},
    is: 'the stand-in payment-provider of this checkout, as compose builds it',
  },
  {
    tag: 'oliver006/redis_exporter:v1.66.0-alpine',
    folder: 'redis-exporter',
    files: { 'prometheus-redis-exporter': file('redis-exporter') },
    is: "Debian's redis_exporter 1.45",
  },
  {
    tag: 'prom/mysqld-exporter:v0.16.0',
    folder: 'mysqld-exporter',
    files: { mysqld_exporter: file('mysqld-exporter') },
    is: 'mysqld_exporter 0.16.0, built here',
  },
  {
    tag: 'prom/prometheus:v2.48.0',
    folder: 'prometheus',
    files: { prometheus: file('prometheus-required'), promtool: file('promtool') },
    is: "Prometheus 2.48.1, built here, beside Debian's promtool",
  },
  {
    tag: 'prom/alertmanager:v0.27.0',
    folder: 'alertmanager',
    files: { alertmanager: file('alertmanager'), amtool: file('amtool') },
    is: 'Alertmanager 0.27.0, built here',
  },
  { tag: 'grafana/loki:2.9.0', folder: 'loki', files: { loki: file('loki') }, is: 'Loki 3.0, built here' },
  { tag: 'grafana/promtail:2.9.0', folder: 'promtail', files: { promtail: file('promtail') }, is: 'Promtail 3.0, built here' },
  {
    tag: 'jaegertracing/all-in-one:1.54',
    folder: 'jaeger',
    files: { 'all-in-one-linux': file('jaeger-required') },
    is: 'Jaeger 1.54.0, built here',
  },
  {
    tag: { service: 'otel-collector' },
    folder: 'otel-collector',
    files: { 'otelcol-contrib': file('otel-collector-required') },
    is: 'OpenTelemetry Collector 0.93.0 with the six components that monitoring/otel-collector/ names, built here',
  },
]

/** There is no package of it (AGPL): the platform runs without. */
export const LEFT_OUT = { service: 'grafana', why: 'no package has it' } as const

export function tagOf({ tag }: Image, project: string): string {
  return typeof tag === 'string' ? tag : `${project}-${tag.service}`
}

/** The tools of the lab that the images are made of. */
export function toolsOf(images: readonly Image[] = IMAGES): ToolId[] {
  const sources = images.flatMap(({ files }) => Object.values(files))
  return [...new Set(sources.flatMap((source) => ('tool' in source ? [source.tool] : [])))]
}

/** What stands in for which image, as Markdown. */
export function imagesTable(): string {
  const rows = IMAGES.map((image) => `| ${tagOf(image, 'PROJECT')} | ${image.is} |`)
  return ['| image | is |', '|---|---|', '| debian:bookworm-slim | Debian, of debootstrap |', ...rows, ''].join('\n')
}
