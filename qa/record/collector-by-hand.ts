import type { Tree } from '../../verify/lint/known-keys/outline.ts'

/**
 * Keys that no pinned module has, by the component, or by `/` and the Go type, that has them. `&TYPE` stands for the keys of a Go type, as
 * the modules have it.
 */
export const ADDED: Readonly<Record<string, Tree>> = {
  // Between the versions that are read: https://github.com/open-telemetry/opentelemetry-collector/blob/v0.120.0/exporter/exporterhelper
  '/queuebatch.Config': { blocking: '#bool' },
  'exporter.otlp': { batcher: null },
  'exporter.otlphttp': { batcher: null },
  '/confighttp.ClientConfig': { max_redirects: '#int' },
  '/resourcetotelemetry.Settings': { clear_after_copy: '#bool' },
  'exporter.prometheusremotewrite': { remote_write_proto_msg: null },
  'processor.transform': { flatten_data: '#bool' },
  // The module proxy has 0.93 alone: https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/loadbalancingexporter
  'exporter.loadbalancing': {
    protocol: { otlp: '&otlpexporter.Config' },
    resolver: {
      k8s: { timeout: '#duration', return_hostnames: '#bool' },
      aws_cloud_map: {
        namespace: null,
        service_name: null,
        health_status: null,
        interval: '#duration',
        timeout: '#duration',
        port: '#uint',
      },
    },
    routing_attributes: null,
    sending_queue: '&queuebatch.Config',
    retry_on_failure: '&configretry.BackOffConfig',
    timeout: '#duration',
  },
  // Read by Prometheus' own reader: its keys are those of `prometheus_config` in collector.json.
  'receiver.prometheus': { config: '@prometheus_config' },
  // No version is to be had as a module, or an old one alone: config.go of each in
  // https://github.com/open-telemetry/opentelemetry-collector-contrib. Names of metrics are not looked into.
  'connector.servicegraph': {
    metrics_exporter: null,
    latency_histogram_buckets: null,
    exponential_histogram_max_size: '#int',
    dimensions: null,
    store: { max_items: '#int', ttl: '#duration' },
    cache_loop: '#duration',
    store_expiration_loop: '#duration',
    virtual_node_peer_attributes: null,
    virtual_node_extra_label: '#bool',
    metrics_flush_interval: '#duration',
    database_name_attribute: null,
    database_name_attributes: null,
  },
  'exporter.splunk_hec': {
    '&confighttp.ClientConfig': null,
    'sending_queue': '&queuebatch.Config',
    'retry_on_failure': '&configretry.BackOffConfig',
    'batcher': null,
    'log_data_enabled': '#bool',
    'profiling_data_enabled': '#bool',
    'token': null,
    'source': null,
    'sourcetype': null,
    'index': null,
    'disable_compression': '#bool',
    'max_content_length_logs': '#uint',
    'max_content_length_metrics': '#uint',
    'max_content_length_traces': '#uint',
    'max_event_size': '#uint',
    'splunk_app_name': null,
    'splunk_app_version': null,
    'hec_metadata_to_otel_attrs': null,
    'otel_attrs_to_hec_metadata': null,
    'otel_to_hec_fields': null,
    'health_path': null,
    'health_check_enabled': '#bool',
    'export_raw': '#bool',
    'use_multi_metric_format': '#bool',
    'heartbeat': { interval: '#duration', startup: '#bool' },
    'telemetry': { enabled: '#bool', override_metrics_names: null, extra_attributes: null },
  },
  'extension.k8s_observer': {
    '&k8sconfig.APIConfig': null,
    'node': null,
    'observe_pods': '#bool',
    'observe_nodes': '#bool',
    'observe_services': '#bool',
    'observe_ingresses': '#bool',
    'namespaces': null,
    'observe_pod_phases': null,
    'observe_init_containers': '#bool',
    'container_terminated_ttl': '#duration',
  },
  'receiver.k8s_events': {
    '&k8sconfig.APIConfig': null,
    'namespaces': null,
    'storage': null,
    'k8s_leader_elector': null,
    'dedup_interval': '#duration',
  },
  'receiver.httpcheck': {
    targets: { endpoints: null, method: null, body: null, validations: null, auto_content_type: '#bool' },
    sequences: null,
    resource_attributes: null,
  },
  'receiver.nginx': {
    '&scraperhelper.ControllerConfig': null,
    '&confighttp.ClientConfig': null,
    'metrics': null,
    'resource_attributes': null,
  },
  'receiver.postgresql': {
    '&scraperhelper.ControllerConfig': null,
    '&confignet.AddrConfig': null,
    'username': null,
    'password': null,
    'databases': null,
    'exclude_databases': null,
    'tls': '&configtls.ClientConfig',
    'connection_pool': { max_idle_time: '#duration', max_lifetime: '#duration', max_idle: '#int', max_open: '#int' },
    'metrics': null,
    'resource_attributes': null,
    'events': null,
    'query_sample_collection': null,
    'top_query_collection': null,
  },
  'receiver.rabbitmq': {
    '&scraperhelper.ControllerConfig': null,
    '&confighttp.ClientConfig': null,
    'username': null,
    'password': null,
    'enable_node_metrics': null,
    'metrics': null,
    'resource_attributes': null,
  },
  'receiver.receiver_creator': {
    watch_observers: null,
    resource_attributes: null,
    discovery: null,
    receivers: { '*': { rule: null, config: null, resource_attributes: null, signals: null } },
  },
  'exporter.loki': {
    '&confighttp.ClientConfig': null,
    'sending_queue': '&queuebatch.Config',
    'retry_on_failure': '&configretry.BackOffConfig',
    'default_labels_enabled': null,
  },
  'extension.headers_setter': { headers: null, additional_auth: null },
  'extension.oauth2client': {
    client_id: null,
    client_id_file: null,
    client_secret: null,
    client_secret_file: null,
    endpoint_params: null,
    token_url: null,
    scopes: null,
    tls: '&configtls.ClientConfig',
    timeout: '#duration',
    expiry_buffer: '#duration',
    grant_type: null,
  },
  'receiver.redis': {
    '&scraperhelper.ControllerConfig': null,
    'endpoint': null,
    'transport': null,
    'username': null,
    'password': null,
    'tls': '&configtls.ClientConfig',
    'metrics': null,
    'resource_attributes': null,
    'dialer': null,
  },
}

/** Types that had another name in 0.93, or have it where a component is to be had of 0.93 alone. */
export const RENAMED: Readonly<Record<string, string>> = {
  'configauth.Authentication': 'configauth.Config',
  'configgrpc.GRPCClientSettings': 'configgrpc.ClientConfig',
  'configgrpc.GRPCServerSettings': 'configgrpc.ServerConfig',
  'confighttp.CORSSettings': 'confighttp.CORSConfig',
  'confighttp.HTTPClientSettings': 'confighttp.ClientConfig',
  'confighttp.HTTPServerSettings': 'confighttp.ServerConfig',
  'confignet.NetAddr': 'confignet.AddrConfig',
  'confignet.TCPAddr': 'confignet.TCPAddrConfig',
  'configtls.TLSClientSetting': 'configtls.ClientConfig',
  'configtls.TLSServerSetting': 'configtls.ServerConfig',
  'configtls.TLSSetting': 'configtls.Config',
  'exporterhelper.QueueSettings': 'queuebatch.Config',
  'exporterhelper.TimeoutSettings': 'exporterhelper.TimeoutConfig',
  'scraperhelper.ScraperControllerSettings': 'scraperhelper.ControllerConfig',
}

/**
 * What a Go type that reads a text takes for one: a type of lint's, or its words; `(?i)`: small or capital. Of types that are not here any
 * text is taken.
 */
export const WORDS: Readonly<Record<string, string>> = {
  // https://github.com/open-telemetry/opentelemetry-collector/blob/v0.165.0/config/configcompression/compressiontype.go
  'configcompression.Type': 'gzip|zlib|deflate|snappy|x-snappy-framed|zstd|lz4|none',
  'configcompression.CompressionType': 'gzip|zlib|deflate|snappy|x-snappy-framed|zstd|lz4|none',
  // https://github.com/open-telemetry/opentelemetry-collector/blob/v0.165.0/config/configtelemetry/configtelemetry.go
  'configtelemetry.Level': '(?i)none|basic|normal|detailed',
  // https://github.com/open-telemetry/opentelemetry-collector/blob/v0.165.0/config/confignet/confignet.go
  'confignet.TransportType': 'tcp|tcp4|tcp6|udp|udp4|udp6|ip|ip4|ip6|unix|unixgram|unixpacket|npipe',
  // https://github.com/open-telemetry/opentelemetry-collector/blob/v0.165.0/exporter/exporterhelper/internal/request/sizer.go
  'request.SizerType': 'items|bytes|requests',
  // https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.165.0/internal/coreinternal/attraction/attraction.go
  'attraction.Action': '(?i)insert|update|upsert|delete|hash|extract|convert',
  // https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.165.0/internal/k8sconfig/config.go
  'k8sconfig.AuthType': 'none|serviceAccount|kubeConfig|tls',
  // https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.165.0/pkg/ottl/config.go
  'ottl.ErrorMode': '(?i)ignore|propagate|silent',
  // https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/v0.165.0/pkg/stanza/operator/helper/bytesize.go
  'helper.ByteSize': 'size',
}
