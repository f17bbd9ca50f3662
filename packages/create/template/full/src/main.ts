import { loadConfig } from '@base/core/config'
import { Config } from './config.ts'
import { inWords } from './in-words.ts'
import { createService, type Service } from './service.ts'
import { startTelemetry } from './telemetry.ts'

let service: Service | undefined
try {
  const config = await loadConfig(Config, { emptyStringAsUndefined: true })
  const telemetry = await startTelemetry(config)
  service = createService(config, telemetry)
  await service.lifecycle.start()
  telemetry.logger.info({ url: service.http.url }, 'the service answers')
} catch (error) {
  // A signal during the start is no failure.
  const isFailure = service?.lifecycle.state !== 'stopped'
  if (isFailure) console.error(inWords(error))
  // What was opened meanwhile would keep the process. It ends once the line is out.
  process.stderr.write('', () => process.exit(isFailure ? 1 : 0))
}
