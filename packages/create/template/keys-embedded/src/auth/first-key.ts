import type { ApiKeys } from '@base/auth/api-keys'
import type { Component } from '@base/core/lifecycle'
import type { Telemetry } from '../telemetry.ts'

/** Makes a first key where there is none, and prints it this once: nobody else can reach where it is kept. */
export function firstKey(apiKeys: ApiKeys, { logger }: Telemetry): Component {
  const start = async () => {
    const ownerId = 'operator'
    if ((await apiKeys.list(ownerId)).length > 0) return
    const { key } = await apiKeys.create({ ownerId, scopes: ['notes:write'] })
    logger.warn(`The API key of ${ownerId}, shown this once: ${key}`)
  }
  return { name: 'first key', start }
}
