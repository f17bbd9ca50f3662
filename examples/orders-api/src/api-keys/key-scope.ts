import { z } from 'zod'
import type { Role } from '../access/roles.ts'

/** What a key may be for. */
export const KeyScope = z.enum(['orders:read', 'orders:write'])

export type KeyScope = z.infer<typeof KeyScope>

/** The most that the key of somebody with these roles may be for; what it then does to which order, the rules of the shop decide. */
export function scopesOf(roles: readonly Role[]): readonly KeyScope[] {
  return roles.length === 0 ? [] : KeyScope.options
}
