import { loadConfig } from '@base/core/config'
import { isAppError } from '@base/core/errors'
import { Config } from '../src/config.ts'
import { startIssuer } from './issuer.ts'

try {
  const { authIssuer, authAudience } = await loadConfig(Config)
  const issuer = await startIssuer(authAudience, Number(new URL(authIssuer).port))
  console.log(await issuer.issue('notes:write'))
} catch (error) {
  console.error(isAppError(error) ? error.message : error)
  process.exitCode = 1
}
