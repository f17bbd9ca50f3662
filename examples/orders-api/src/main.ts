import { loadConfig } from '@base/core/config'
import { isAppError } from '@base/core/errors'
import { Config } from './config.ts'
import { createService, type Service } from './service.ts'
import { endOnCrash } from './telemetry/end-on-crash.ts'
import { startTelemetry } from './telemetry/telemetry.ts'
import { welcome } from './welcome.ts'

let service: Service | undefined
try {
  const config = await loadConfig(Config)
  const telemetry = await startTelemetry(config)
  service = createService(config, { telemetry })
  endOnCrash(service.lifecycle, telemetry.logger)
  await service.lifecycle.start()
  console.log(welcome(service, config.demoPassword !== undefined))
} catch (error) {
  // A signal during the start is no failure.
  if (service?.lifecycle.state !== 'stopped') {
    // A message of ours says what to do; for anything else the stack is what helps.
    console.error(isAppError(error) && error.kind !== 'internal' ? error.message : error)
    process.exitCode = 1
  }
}
