import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'images-are-spelt'
finds(
  id,
  'a letter of a name, an owner or a registry',
  {
    file: D,
    from: 'prom/prometheus:v2.48.0',
    to: 'prom/promethues:v2.48.0',
    subject: 'prometheus',
    expected: 'prom/prometheus',
    line: 'promethues',
  },
  { file: D, from: 'grafana/loki:2.9.0', to: 'grafnaa/loki:2.9.0', subject: 'loki' },
  { file: D, from: 'ghcr.io/shopify/toxiproxy', to: 'gchr.io/shopify/toxiproxy', subject: 'toxiproxy', expected: 'ghcr.io' },
  {
    file: D,
    from: 'FROM otel/opentelemetry-collector-contrib',
    to: 'FROM otel/opentelemetry-colelctor-contrib',
    subject: 'otel-collector',
  },
)
finds(
  id,
  'a tag or a release that was never published',
  { file: D, from: 'v1.66.0-alpine', to: 'v1.66.0-apline', subject: 'redis-exporter', expected: 'alpine' },
  { file: D, from: 'prom/prometheus:v2.48.0', to: 'prom/prometheus:2.48.0', expected: 'v1.2.3' },
  { file: D, from: 'mysql:8.0', to: 'mysql:7.0', subject: 'mysql' },
  { file: D, from: 'grafana/grafana:10.2.0', to: 'grafana/grafana:10.12.0', expected: '10.4' },
)
finds(id, 'no image at all', { file: D, from: 'grafana/promtail:2.9.0', to: '"Log agent:2.9.0"', expected: 'name[:tag]' })
passes(id, "a registry of one's own", D, 'prom/prometheus:v2.48.0', 'registry.example.com:5000/mirror/prometheus:7')
passes(id, 'another release', D, 'grafana/grafana:10.2.0', 'grafana/grafana:13.1.0-ubuntu')
passes(id, 'an image that is not known', D, 'curlimages/curl:8.11.1', 'acme/curlie:1')
finds(id, "two services under each other's names", {
  file: D,
  from: /image: grafana\/promtail:2\.9\.0([^]*)image: jaegertracing\/all-in-one:1\.54/,
  to: 'image: jaegertracing/jaeger:1.54$1image: grafana/promtail:2.9.0',
  subject: 'promtail',
})

finds(
  id,
  'what is no image at all',
  { file: D, from: 'image: redis:7-alpine', to: "image: 'not scraped {{ $labels.job }}'", subject: 'redis', expected: 'an image' },
  { file: D, from: 'image: redis:7-alpine', to: 'image: http://loki:3100/loki/api/v1/push', subject: 'redis', expected: 'an image' },
)
