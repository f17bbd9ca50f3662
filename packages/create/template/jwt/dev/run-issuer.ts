import { loadConfig } from '@base/core/config'
import { AppError } from '@base/core/errors'
import { Config } from '../src/config.ts'
import { inWords } from '../src/in-words.ts'
import { startIssuer } from './issuer.ts'

try {
  // Nothing else: it needs no database and no cache.
  const Settings = Config.pick({ authIssuer: true, authAudience: true })
  const { authIssuer, authAudience } = await loadConfig(Settings, { emptyStringAsUndefined: true })
  const issuer = await startIssuer(authAudience, { issuer: authIssuer, port: portOf(authIssuer) })
  console.log(await issuer.issue('notes:write'))
} catch (error) {
  console.error(inWords(error))
  process.stderr.write('', () => process.exit(1))
}

function portOf(issuer: string): number {
  const { protocol, hostname, port } = new URL(issuer)
  const isHere = protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname)
  if (isHere && Number(port) > 0) return Number(port)
  const message = `To be stood in for on this machine, AUTH_ISSUER must be such as http://127.0.0.1:4000: it is ${issuer}`
  throw new AppError({ code: 'ISSUER_ELSEWHERE', kind: 'invalid', message })
}
