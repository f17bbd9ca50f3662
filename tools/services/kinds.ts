/** The systems that tests can share. */
export type ServiceKind = 'postgres' | 'redis' | 'rabbitmq'

/** The systems that a test can have for itself. */
export type PrivateKind = ServiceKind | 'prometheus'

/** The environment variable that names a server to use instead of one of our own. */
export const URL_VARIABLES: Readonly<Record<ServiceKind, string>> = {
  postgres: 'POSTGRES_URL',
  redis: 'REDIS_URL',
  rabbitmq: 'RABBITMQ_URL',
}

/** What a private server is started with. */
export interface ServerOptions {
  /**
   * Lines of the server's own configuration, such as `{ max_connections: '20' }`. They win over ours. Of Prometheus
   * `{ target: '127.0.0.1:8080' }`, whose `/metrics` it scrapes each second.
   */
  readonly settings?: Readonly<Record<string, string>>
  /** PostgreSQL alone: sorts by ICU's en-US rules, as a production database would; else by code point. @defaultValue true */
  readonly icu?: boolean
}

/** What a server is to be, as its keeper is told. */
export interface ServerRequest extends ServerOptions {
  readonly kind: PrivateKind
  /** Whether what was acknowledged must survive `kill()`. The shared ones are never killed, and so are faster. */
  readonly durable: boolean
}

/** Where a running server is reached. */
export interface Address {
  readonly url: string
  /** The file that holds what it prints; goes with it. */
  readonly log: string
  /** RabbitMQ alone: its HTTP API, credentials included. */
  readonly management?: string
}
