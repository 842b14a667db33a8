/** Where a drill runs: addresses, credentials (names of environment variables, never values) and what may be harmed. */
export interface Target {
  name: string
  kind: 'lab' | 'compose' | 'file'
  endpoints: {
    prometheus: string
    alertmanager: string
    /** Absent where logs are not looked at. */
    loki?: string
    /** Absent where traces are not looked at. */
    jaeger?: string
    /** gRPC, for the verifier's own spans; absent: it sends none. */
    otlp?: string
    /** Where the drill's receiver listens; Alertmanager's webhook receivers point here. `also`: further addresses, same port. */
    receiver: {
      host: string
      port: number
      also?: string[]
      /** The first segment of every path that is heard, where Alertmanager was configured with it for this run alone. */
      secret?: string
      /** The environment variable that holds it. */
      pathEnv?: string
      /** The container that notifies, and the receiver's address as it has it: asked once before anything is harmed. */
      from?: { socket: string; container: string; url: string }
    }
    /** Base URL by service name. */
    services: Record<string, string>
    toxiproxy?: string
  }
  /** What endpoints ask for before they answer; one that is not named answers everybody. */
  access?: Partial<Record<'prometheus' | 'alertmanager' | 'loki' | 'jaeger' | 'otlp', Access>> & { services?: Record<string, Access> }
  /** Of a Loki that has several (X-Scope-OrgID); several at once with |. */
  lokiTenant?: string
  /** Parts that faults may touch, by name. Nothing else is ever touched. */
  parts: Record<string, TargetPart>
  /** Process records of all parts on this machine, by name: how long each waits for a CPU is read there, and nothing is done. */
  processRecords?: Record<string, string>
  /** The same of the containers of an engine on this machine. */
  containers?: Record<string, ContainerPlace>
  /** The same of the pods of a cluster whose node is this machine. */
  pods?: PodsPlace
  /** Whether the platform's background and warm-up are sent to it. lab and compose: always; a file has to say so. */
  background?: boolean
  /** Whether synthetic alerts may be posted to its Alertmanager (its receivers notify). lab and compose: yes; a file has to say so. */
  deliveryProbes?: boolean
  /** Receivers of kind slack or discord whose webhook URL is the drill's receiver. */
  chatReceivers?: string[]
  /** The deployed Grafana datasources file, or the folder of such files: how lines lead to traces, and traces to lines. */
  grafanaDatasources?: string
  /** Where the loads of experiments are sent from; absent: from this machine. */
  load?: LoadPods
  /** Hosts of other machines that load or faults go to; absent for a target on this machine. */
  elsewhere?: string[]
  /** The folder of the deployed files, where a drill looks for dashboards. */
  configuration?: string
}

/** k6 as an Indexed Job of a Kubernetes cluster, one execution segment a pod. */
export interface LoadPods {
  context: string
  namespace: string
  pods: number
  image: string
  /** Base URL by service name, as pods reach it. */
  services: Record<string, string>
  /** What each pod asks for, as Kubernetes writes quantities; it gets no more memory. */
  cpu: string
  memory: string
  /** How long the slowest pod may take until its k6 is ready. */
  startWithinS: number
}

export interface ContainerPlace {
  socket: string
  container: string
}

/** All pods of a namespace. `parts`: what the drill calls a workload (`deployment/NAME`, `statefulset/NAME`), where not by its name. */
export interface PodsPlace {
  context: string
  namespace: string
  parts: Record<string, string>
}

/** How to come in: names of environment variables, never values. */
export interface Access {
  basicAuth?: { user: string; passwordEnv: string }
  bearerTokenEnv?: string
  /** Header -> variable. */
  headersEnv?: Record<string, string>
  /**
   * Of https. caFile: who signed the certificate, instead of the authorities that Node knows; serverName: whose it is, when not the URL's
   * host.
   */
  tls?: { caFile?: string; serverName?: string }
}

/** The same with its values, in memory only. */
export interface Credentials {
  /** Names in lower case. */
  headers: Record<string, string>
  tls?: { ca?: string; caFile?: string; serverName?: string }
}

/** How one part can be harmed. A part without any of these is only watched. */
export interface TargetPart {
  name: string
  /** Path of the process record (chaos/drivers/process.ts) of a native process that the lab started. Mode 0600: it may hold secrets. */
  process?: { recordFile: string }
  /** `project`: the compose project that the container must be of; another one that took its name is not touched. */
  docker?: { container: string; socket: string; project?: string }
  /**
   * A workload of a Kubernetes cluster: its pods may be deleted, frozen or kept busy, and it may be scaled to 0. `context`: of the
   * kubeconfig. `container`: which one of its pods; absent: the only one, or the one that their annotation names.
   */
  kubernetes?: { context: string; namespace: string; kind: 'deployment' | 'statefulset'; name: string; container?: string }
  /** Chaos Mesh is installed in that cluster, and faults on the workload are its resources where it has them. */
  chaosMesh?: true
  redis?: { host: string; port: number; passwordEnv?: string }
  mysql?: { host: string; port: number; user: string; passwordEnv: string; database?: string }
  /** Heap pressure by an attached agent. `pid` comes from the process record. */
  jvm?: { java: string; heapAgentJar: string; statusFile: string }
  /** The same for the JVM of the part's container: `heapAgentJar` lies on this machine, `pid` is that in the container. */
  containerJvm?: { heapAgentJar: string; pid: number }
  toxiproxy?: { api: string; proxy: string }
  /** Processes of the drill may use so many cores of the machine that it runs on. */
  cpu?: { cores: number }
  /** A file of the drill may grow below this folder to so many megabytes (1e6 bytes), as long as so many stay free on its file system. */
  disk?: { folder: string; maxMegabytes: number; freeMegabytes: number }
  /** Services of a compose project that are made anew with other files. Only a compressed drill on compose has it. */
  composeConfiguration?: ComposeConfiguration
}

export interface ComposeConfiguration {
  socket: string
  /** The docker command, and its DOCKER_CONFIG where it is not the usual one. */
  program: string
  config?: string
  /** As `docker compose up` was called, by the labels of the containers. */
  project: string
  directory: string
  files: string[]
  envFiles: string[]
  /** `hash`: what Docker Compose calls the configuration that was deployed. */
  containers: { service: string; container: string; hash: string }[]
  /** Where the drill's files lie as long as they are deployed. */
  folder: string
  /** File name -> text. */
  texts: Record<string, string>
  /** Folders that a container writes to in place of a volume, empty at first. */
  memories: string[]
  /** An override file that mounts them. */
  override: string
}
