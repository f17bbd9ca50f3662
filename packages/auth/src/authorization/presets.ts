import { checkText, invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import { isName } from './action-name.js'

/** Roles that most applications begin with, for some types of things: a part of a definition, to be spread into it. */
export interface StandardRoles<T extends string> {
  /** The three of them. */
  readonly roles: readonly ['viewer', 'editor', 'admin']
  /** Each has what the one before it has. */
  readonly inherits: {
    /** What a viewer may. */
    readonly editor: readonly ['viewer']
    /** What an editor may. */
    readonly admin: readonly ['editor']
  }
  /** A viewer reads and lists, an editor creates and updates as well, an administrator does everything. */
  readonly permissions: {
    /** `read` and `list`. */
    readonly viewer: readonly `${T}:${'read' | 'list'}`[]
    /** `create` and `update`. */
    readonly editor: readonly `${T}:${'create' | 'update'}`[]
    /** All verbs, `delete` among them. */
    readonly admin: readonly `${T}:*`[]
  }
}

/**
 * The roles viewer < editor < admin for these types: viewers `read` and `list`, editors also `create` and `update`,
 * administrators everything on them.
 *
 * @example
 * const authorization = defineAuthorization()({ ...standardRoles('order', 'invoice') })
 * authorization.can({ principal: { id: 'ana', roles: ['editor'] }, action: 'order:read' }) // true
 *
 * @throws `InvalidOptionError` where there is no type, or one is no name.
 */
export function standardRoles<T extends string>(...types: readonly T[]): StandardRoles<T> {
  const place = placeOf('standardRoles')('types')
  if (types.length === 0) throw invalidOption(types, place, 'one type at least')
  for (const type of types)
    if (!isName(checkText(type, place))) throw invalidOption(type, place, "without ':', '*' and spaces")
  return {
    roles: ['viewer', 'editor', 'admin'],
    inherits: { editor: ['viewer'], admin: ['editor'] },
    permissions: {
      viewer: types.flatMap((type) => [`${type}:read`, `${type}:list`] as const),
      editor: types.flatMap((type) => [`${type}:create`, `${type}:update`] as const),
      admin: types.map((type) => `${type}:*` as const),
    },
  }
}
