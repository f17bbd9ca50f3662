import type { ApiKeys } from '@base/auth/api-keys'
import type { Component } from '@base/core/lifecycle'

/** Makes a first key where there is none, and prints it this once: past the log, which has its level and is kept elsewhere. */
export function firstKey(apiKeys: ApiKeys): Component {
  const start = async () => {
    const ownerId = 'operator'
    if ((await apiKeys.list(ownerId)).length > 0) return
    const { key } = await apiKeys.create({ ownerId, scopes: ['notes:write'] })
    console.log(`The API key of ${ownerId}, shown this once: ${key}`)
  }
  return { name: 'first key', start }
}
