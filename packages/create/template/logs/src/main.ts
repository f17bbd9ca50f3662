import { loadConfig } from '@base/core/config'
import { isAppError } from '@base/core/errors'
import { Config } from './config.ts'
import { createService, type Service } from './service.ts'
import { createTelemetry } from './telemetry.ts'

let service: Service | undefined
try {
  const config = await loadConfig(Config)
  const telemetry = createTelemetry(config)
  service = createService(config, telemetry)
  await service.lifecycle.start()
  telemetry.logger.info({ url: service.http.url }, 'the service answers')
} catch (error) {
  // A signal during the start is no failure.
  const isFailure = service?.lifecycle.state !== 'stopped'
  if (isFailure) console.error(isAppError(error) ? error.message : error)
  // What was opened meanwhile would keep the process. It ends once the line is out.
  process.stderr.write('', () => process.exit(isFailure ? 1 : 0))
}
