import { loadConfig } from '@base/core/config'
import { Config } from '../src/config.ts'
import { startIssuer } from './issuer.ts'

const { authIssuer, authAudience } = await loadConfig(Config)
const issuer = await startIssuer(authAudience, Number(new URL(authIssuer).port))
console.log(await issuer.issue('notes:write'))
