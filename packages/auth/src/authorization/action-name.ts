/** An action, or a permission with wildcards, in its two halves. */
export interface ActionName {
  readonly type: string
  readonly verb: string
}

/** `order:read` in its halves; undefined where it is no action, wildcards included. */
export function parseAction(action: string): ActionName | undefined {
  const colon = action.indexOf(':')
  const type = action.slice(0, colon)
  const verb = action.slice(colon + 1)
  return colon > 0 && isName(type) && isName(verb) ? { type, verb } : undefined
}

/** The same for what a role may be given: `order:read`, `order:*` and `*`. */
export function parsePermission(permission: unknown): ActionName | undefined {
  if (typeof permission !== 'string') return undefined
  if (permission === '*') return { type: '*', verb: '*' }
  if (!permission.endsWith(':*')) return parseAction(permission)
  const type = permission.slice(0, -2)
  return isName(type) ? { type, verb: '*' } : undefined
}

/** Whether a text can be a type or a verb. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && !/[:*\s]/.test(text)
}
