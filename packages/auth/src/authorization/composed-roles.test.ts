import { InvalidOptionError } from '@base/core/errors'
import { describe, expect, test } from 'vitest'
import { defineAuthorization } from './index.js'

/** A desk of support alone, and a head that is made of the desk. */
function office() {
  const authorization = defineAuthorization()({
    roles: ['support', 'auditor'],
    permissions: { support: ['order:read'], auditor: ['report:read'] },
  })
    .roles.compose('desk', ['support'])
    .roles.compose('head', ['desk'])
  const rights = () =>
    ['desk', 'head'].map((role) =>
      ['order:read', 'report:read'].filter((action) =>
        authorization.can({ principal: { id: 'x', roles: [role] }, action }),
      ),
    )
  return { roles: authorization.roles, rights }
}

describe('a composed role', () => {
  test('is replaced at once, also in what is made of it', () => {
    const { roles, rights } = office()
    expect(rights()).toEqual([['order:read'], ['order:read']])
    roles.replace('desk', ['auditor'])
    expect(rights()).toEqual([['report:read'], ['report:read']])
    expect(roles.inherited('head')).toEqual(['head', 'desk', 'auditor'])
  })

  test('is removed, and gives nothing from then on; once more changes nothing', () => {
    const { roles, rights } = office()
    expect(rights()).toEqual([['order:read'], ['order:read']])
    roles.remove('head')
    roles.remove('head')
    expect(rights()).toEqual([['order:read'], []])
    expect([roles.names, roles.inherited('head')]).toEqual([['support', 'auditor', 'desk'], []])
  })

  test('has no rule of its own: the fields of its parts add up, and are no more than those of one under a rule', () => {
    const authorization = defineAuthorization()({
      roles: ['employee', 'contractor'],
      permissions: { employee: ['person:read'], contractor: ['person:read'] },
      fields: { contractor: { 'person:read': ['name'] } },
    })
    const { roles } = authorization.roles.compose('temp', ['contractor'])
    const fields = () =>
      authorization.permittedFields({ principal: { id: 'x', roles: ['temp'] }, action: 'person:read' })
    expect(fields()).toEqual({ all: false, fields: ['name'] })
    roles.replace('temp', ['contractor', 'employee'])
    expect(fields()).toEqual({ all: true, fields: [] })
  })

  test('may be composed anew after it was removed', () => {
    const { roles, rights } = office()
    roles.remove('head')
    roles.compose('head', ['auditor'])
    expect(rights()).toEqual([['order:read'], ['report:read']])
  })

  test.each<[string, (roles: ReturnType<typeof office>['roles']) => void, string]>([
    [
      'replace of a role of the definition',
      (roles) => roles.replace('support', ['auditor']),
      'replace: name',
    ],
    ['replace of nobody', (roles) => roles.replace('nobody', ['auditor']), 'replace: name'],
    ['replace by nothing', (roles) => roles.replace('desk', []), 'replace: parts'],
    ['replace by nobody', (roles) => roles.replace('desk', ['auditor', 'nobody' as never]), 'replace: parts'],
    ['replace by itself', (roles) => roles.replace('desk', ['desk' as never]), 'replace: parts'],
    ['replace by what is made of it', (roles) => roles.replace('desk', ['head' as never]), 'replace: parts'],
    ['remove of a role of the definition', (roles) => roles.remove('auditor'), 'remove: name'],
    ['remove of a part of another', (roles) => roles.remove('desk'), 'remove: name'],
    ['remove of one that was defined and composed as it is', composeDefined, 'remove: name'],
  ])('stays as it was where it is refused: %s', (_, change, message) => {
    const { roles, rights } = office()
    const before = [roles.names, roles.inherited('desk'), rights()]
    expect(() => change(roles)).toThrow(InvalidOptionError)
    expect(() => change(roles)).toThrow(`Authorization.roles.${message} must be`)
    expect([roles.names, roles.inherited('desk'), rights()]).toEqual(before)
  })
})

/** A compose that changes nothing does not make a role of the definition a composed one. */
function composeDefined(): void {
  const { roles } = defineAuthorization()({ roles: ['clerk', 'boss'], inherits: { boss: ['clerk'] } })
  roles.compose('boss', ['clerk'])
  roles.remove('boss')
}
