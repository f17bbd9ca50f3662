import { askRedis } from '@base-internal/tools/services'
import type { FaultName, PlannedFault } from './plan.ts'
import type { Shop } from './shop.ts'

/** Breaks something, waits, and resolves when all is whole again. */
type Breaking = (shop: Shop, pause: () => Promise<void>, instance: 0 | 1) => Promise<void>

const CONNECTIONS =
  "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'"

const BREAKING: Readonly<Record<FaultName, Breaking>> = {
  'postgres killed': ({ postgres }, pause) => killed(postgres, pause),
  'postgres restarted': ({ postgres }) => postgres.restart(),
  'postgres frozen': ({ postgres }, pause) => frozen(postgres, pause),
  'postgres connections cut': async ({ query }) => void (await query(CONNECTIONS)),
  'redis killed': ({ redis }, pause) => killed(redis, pause),
  'redis frozen': ({ redis }, pause) => frozen(redis, pause),
  'redis connections cut': async ({ redis }) => {
    await askRedis(redis.url, ['CLIENT', 'KILL', 'TYPE', 'normal'], ['CLIENT', 'KILL', 'TYPE', 'pubsub'])
  },
  'redis forgets': async ({ redis }) => void (await askRedis(redis.url, ['FLUSHALL'])),
  'gateway killed': async (shop, pause) => {
    await shop.gateway.kill()
    await pause()
    await shop.reopenGateway()
  },
  'gateway fails': behaves('fail'),
  'gateway hangs': behaves('hang'),
  'gateway loses answers': behaves('lose'),
  'gateway is slow': behaves('slow'),
  'gateway declines': behaves('decline'),
  'instance killed': async ({ instances }, pause, which) => {
    await instances[which].end('SIGKILL')
    await pause()
    await startAgain(instances[which])
  },
  'instance restarted': async ({ instances }, _, which) => {
    instances[which].isLeaving = true
    const code = await instances[which].end('SIGTERM')
    await startAgain(instances[which])
    instances[which].isLeaving = false
    if (code !== 0) throw new Error(`an instance that was told to stop ended with ${code}`)
  },
  'instance frozen': async ({ instances }, pause, which) => {
    instances[which].tell('SIGSTOP')
    await pause()
    instances[which].tell('SIGCONT')
  },
}

/** Does what was planned. Resolves when all is whole again. */
export function breakIt(shop: Shop, fault: PlannedFault): Promise<void> {
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, fault.lasts))
  return BREAKING[fault.name](shop, pause, fault.instance)
}

async function killed({ kill, start }: Pick<Shop['redis'], 'kill' | 'start'>, pause: () => Promise<void>) {
  await kill()
  await pause()
  await start()
}

async function frozen({ pause: freeze, resume }: Shop['redis'], pause: () => Promise<void>) {
  await freeze()
  await pause()
  await resume()
}

/** Later than an attempt may take. */
const LATE = 4_000

function behaves(mode: Parameters<Shop['gateway']['behave']>[0]): Breaking {
  return async ({ gateway }, pause) => {
    await gateway.behave(mode, LATE)
    await pause()
    await gateway.behave('ok')
  }
}

/** It does not start without its database; whoever runs it starts it again. */
async function startAgain(instance: Shop['instances'][0]): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const started = await instance.start().then(
      () => true,
      () => false,
    )
    if (started) return
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  throw new Error('an instance did not start again')
}
