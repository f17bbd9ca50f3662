import type { Command, Place, Recipe } from './recipe.ts'

const USER = 'base'

/** RabbitMQ with its management plugin, as a node of its own: no other node, cookie or name service is touched. */
export const rabbitmq: Recipe = {
  ports: 4,
  files: (place) => ({
    'rabbitmq.conf': configuration(place),
    plugins: '[rabbitmq_management].\n',
    '.erlang.cookie': place.password,
    'log/.keep': '',
  }),
  prepare: () => [],
  processes: (place) => [names(place), broker(place)],
  probe: async (place) => {
    const { management = '' } = address(place)
    await askManagement(management, 'GET', `health/checks/port-listener/${place.ports[0]}`)
  },
  address,
  stopSignal: 'SIGTERM',
  endSignal: 'SIGKILL',
}

/**
 * Calls RabbitMQ's HTTP API: `askManagement(management, 'PUT', 'vhosts/orders')`.
 *
 * @throws Error with the status if it is not a success.
 */
export async function askManagement(
  management: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const { origin, username, password } = new URL(management)
  const response = await fetch(`${origin}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${btoa(`${username}:${password}`)}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`RabbitMQ answered ${method} ${path} with ${response.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

function configuration({ ports: [port, management], password, request }: Place): string {
  const settings = {
    'listeners.tcp.1': `127.0.0.1:${port}`,
    'management.tcp.ip': '127.0.0.1',
    'management.tcp.port': `${management}`,
    default_user: USER,
    default_pass: password,
    'log.console': 'true',
    'log.console.level': 'warning',
    'log.file': 'false',
    // It refuses to publish when the disk is nearly full: a matter of production.
    'disk_free_limit.absolute': '1MB',
    ...request.settings,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')
}

/** Erlang's name service, which the broker would start as a daemon and leave behind. */
function names({ ports, programs }: Place): Command {
  return {
    program: programs['epmd'] ?? 'epmd',
    args: ['-address', '127.0.0.1', '-port', `${ports[3]}`],
  }
}

function broker({ folder, ports, programs }: Place): Command {
  return {
    program: programs['rabbitmq-server'] ?? 'rabbitmq-server',
    args: [],
    env: {
      RABBITMQ_NODENAME: `base-${ports[0]}@localhost`,
      RABBITMQ_DIST_PORT: `${ports[2]}`,
      ERL_EPMD_PORT: `${ports[3]}`,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
      RABBITMQ_LOG_BASE: `${folder}/log`,
      RABBITMQ_GENERATED_CONFIG_DIR: `${folder}/generated`,
      RABBITMQ_FEATURE_FLAGS_FILE: `${folder}/feature-flags`,
      RABBITMQ_PID_FILE: `${folder}/pid`,
      RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq.conf`,
      RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/plugins`,
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      // The script then becomes the broker, instead of a shell that waits for it and may end without it.
      RUNNING_UNDER_SYSTEMD: 'true',
    },
  }
}

function address({ ports: [port, management], password }: Place): { url: string; management: string } {
  return {
    url: `amqp://${USER}:${password}@127.0.0.1:${port}`,
    management: `http://${USER}:${password}@127.0.0.1:${management}`,
  }
}
