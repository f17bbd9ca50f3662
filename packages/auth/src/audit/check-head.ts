import { checkInteger, checkText, type OptionPlace } from '@base/core/options'
import type { AuditHead } from './audit-entry.js'

/** A head that was noted. @throws InvalidOptionError */
export function checkHead(head: AuditHead | undefined, place: OptionPlace): AuditHead | undefined {
  if (head === undefined) return undefined
  const within = (name: string): OptionPlace => ({ ...place, option: `${place.option}.${name}` })
  return {
    sequence: checkInteger(head?.sequence, { ...within('sequence'), min: 1 }),
    hash: checkText(head?.hash, { ...within('hash'), maxLength: 43 }),
  }
}
