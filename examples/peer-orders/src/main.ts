import { constants } from 'node:os'
import closeWithGrace from 'close-with-grace'
import { type Config, loadConfig, StartError } from './config.ts'
import { startService } from './service.ts'
import { createLogger } from './telemetry/logger.ts'
import { startTracing } from './telemetry/tracing.ts'

/** How long what is open may take after the drain delay, before it is cut, and then until the process ends anyway. */
const PATIENCE = 20_000
const LAST = 6_000

try {
  await run(loadConfig())
} catch (error) {
  // A message of ours says what to do; for anything else the stack is what helps.
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}

async function run(config: Config): Promise<void> {
  const logger = createLogger(config)
  const stopTracing = await startTracing(config)
  const starting = startService(config, logger)
  let isStopping = false
  const patience = config.DRAIN_DELAY + PATIENCE
  closeWithGrace(
    {
      delay: patience + LAST,
      logger,
      // Who has nothing more to do, as after a start that failed, ends by itself.
      skip: ['beforeExit'],
      onSecondSignal: (signal) => process.exit(128 + constants.signals[signal as NodeJS.Signals]),
      onSecondError: (err) => logger.fatal({ err }, 'the service has crashed again'),
    },
    async ({ err }) => {
      isStopping = true
      if (err) logger.fatal({ err }, 'the service has crashed')
      // A signal during the start ends what has started.
      const service = await starting.catch(() => undefined)
      await service?.stop(AbortSignal.timeout(patience))
      await stopTracing()
    },
  )
  const { url } = await starting
  if (isStopping) return
  console.log(
    `peer-orders answers at ${url}, its metrics at OPS_PORT; its payment gateway is at ${config.PAYMENT_URL}.\n`,
  )
}
