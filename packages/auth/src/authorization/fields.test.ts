import { secret } from '@base/core/secret'
import { describe, expect, test } from 'vitest'
import { defineAuthorization } from './index.js'

const define = (definition: object) => defineAuthorization()(definition as never)
const same = (field: string, key: string) => (input: object) => ({
  op: 'equals',
  field,
  value: (input as { principal: Record<string, unknown> }).principal[key],
})
const allow = (id: string, roles: readonly string[] | undefined, where?: unknown) => ({
  id,
  effect: 'allow',
  actions: ['employee:read'],
  ...(roles && { roles }),
  ...(where !== undefined && { where }),
})
const ofDepartment = same('department', 'department')
const read = (fields: readonly string[]) => ({ 'employee:read': fields })
const ann = { name: 'Ann', salary: 9, iban: 'PT50', department: 'it' }
const sid = { name: 'Sid', salary: 8, iban: 'PT51', department: 'sales' }
const ALL = 'all'

/** The fields of {@link ann} and {@link sid} for somebody of the department `it`. */
function fieldsFor(definition: object, roles: readonly string[]): unknown[] {
  const authorization = define(definition)
  const principal = { id: 'm', roles, department: 'it' }
  return [ann, sid].map((resource) => {
    const { all, fields } = authorization.permittedFields({ principal, action: 'employee:read', resource })
    return all ? ALL : fields
  })
}

describe('the fields of a role', () => {
  const company = {
    roles: ['staff', 'manager', 'hr', 'intern'],
    permissions: { staff: ['employee:read'] },
    policies: [allow('own-department', ['manager', 'hr'], ofDepartment)],
    fields: { staff: read(['name']), manager: read(['salary']), intern: read(['iban']) },
  }
  const inherited = { ...company, inherits: { manager: ['staff'] } }
  const heirs = {
    roles: ['staff', 'lead', 'base'],
    inherits: { lead: ['staff'], staff: ['base'] },
    permissions: { staff: ['employee:read'] },
    fields: { staff: read(['name']), lead: read(['salary']), base: read(['iban']) },
  }
  const everyone = {
    ...company,
    inherits: { manager: ['staff'] },
    permissions: {},
    policies: [allow('colleagues', undefined, ofDepartment)],
  }

  const auditing = {
    roles: ['staff', 'auditor'],
    inherits: { auditor: ['staff'] },
    permissions: { staff: ['employee:read'] },
    policies: [allow('audit', ['auditor'])],
    fields: { staff: read(['name']) },
  }
  const bothNamed = { ...auditing, permissions: {}, policies: [allow('both', ['staff', 'auditor'])] }

  test.each<[string, object, readonly string[], unknown, unknown]>([
    ['count for what the role permits', company, ['staff', 'manager'], ['name', 'salary'], ['name']],
    [
      'count for nothing else, whatever the order',
      company,
      ['manager', 'staff'],
      ['name', 'salary'],
      ['name'],
    ],
    ['do not count where the role permits nothing', company, ['staff', 'intern'], ['name'], ['name']],
    ['are none where nothing permits', company, ['manager'], ['salary'], []],
    ['are all by a policy for a role without a rule', company, ['hr'], ALL, []],
    ['are no fewer with one more role', company, ['hr', 'staff'], ALL, ['name']],
    [
      'of an heir count where what it inherits permits',
      heirs,
      ['lead'],
      ['name', 'salary'],
      ['name', 'salary'],
    ],
    ['of what a permitting role inherits do not count', heirs, ['staff'], ['name'], ['name']],
    // The manager inherits the permission for all, and so its fields come with it.
    [
      'of an heir by a policy count by the permission',
      inherited,
      ['manager'],
      ['name', 'salary'],
      ['name', 'salary'],
    ],
    ['count under a policy for everyone', everyone, ['intern'], ['iban'], []],
    ['under a policy for everyone add up', everyone, ['intern', 'staff'], ['iban', 'name'], []],
    ['under a policy for everyone are inherited', everyone, ['manager'], ['name', 'salary'], []],
    [
      'under a policy for everyone are no more with a role that has none',
      everyone,
      ['hr', 'staff'],
      ['name'],
      [],
    ],
    ['under a policy for everyone are all without a rule', everyone, ['hr'], ALL, []],
    ['under a policy for everyone are all without a role', everyone, [], ALL, []],
    ['that nobody has defined widens nothing', everyone, ['staff', 'root'], ['name'], []],
    ['that nobody has defined, alone, are none', everyone, ['root'], [], []],
    ['are inherited by an heir that a policy names', auditing, ['auditor'], ['name'], ['name']],
    ['are no more by a policy that names parent and heir', bothNamed, ['auditor'], ['name'], ['name']],
  ])('%s', (_, definition, roles, ofAnn, ofSid) => {
    expect(fieldsFor(definition, roles)).toEqual([ofAnn, ofSid])
  })

  test('are no more once a composed role is gone', () => {
    const authorization = define(everyone)
    const principal = { id: 'm', roles: ['temp'], department: 'it' }
    const fields = () =>
      authorization.permittedFields({ principal, action: 'employee:read', resource: ann }).fields
    authorization.roles.compose('temp', ['staff'] as never)
    expect(fields()).toEqual(['name'])
    authorization.roles.remove('temp')
    expect(fields()).toEqual([])
    expect(authorization.can({ principal, action: 'employee:read', resource: ann, field: 'name' })).toBe(
      false,
    )
  })

  test('are those that can, explain and pick go by', () => {
    const authorization = define(company)
    const principal = { id: 'm', roles: ['staff', 'manager'], department: 'it' }
    const query = { principal, action: 'employee:read' }
    expect(authorization.pick(ann, query)).toEqual({ name: 'Ann', salary: 9 })
    expect(authorization.pick(sid, query)).toEqual({ name: 'Sid' })
    expect(authorization.can({ ...query, resource: ann, field: 'salary' })).toBe(true)
    expect(authorization.can({ ...query, resource: sid, field: 'salary' })).toBe(false)
    expect(authorization.explain({ ...query, resource: sid }).fields.fields).toEqual(['name'])
  })

  test('do not count by a policy that fails', () => {
    const fails = () => {
      throw new Error('away')
    }
    const failing = { ...company, policies: [allow('own-department', ['manager'], fails)] }
    expect(fieldsFor(failing, ['staff', 'manager'])).toEqual([['name'], ['name']])
  })
})

describe('the fields of a type alone', () => {
  const ask = (policies: readonly object[], fields: object, permissions: object = {}) => {
    const authorization = define({ roles: ['a', 'b'], permissions, policies, fields })
    const query = { principal: { id: 'm', roles: ['a', 'b'] }, action: 'employee:read' }
    const check = (field: string) => authorization.check({ ...query, field })
    return { ...authorization.permittedFields(query), check }
  }
  const depends = ({ id, role }: { id: string; role?: string }) =>
    allow(id, role === undefined ? undefined : [role], () => ({ op: 'isNull', field: 'left' }))

  test('are those that surely come with it; others depend on the thing', () => {
    const { fields, check } = ask(
      [depends({ id: 'own', role: 'b' })],
      { a: read(['name']), b: read(['salary']) },
      { a: ['employee:read'] },
    )
    expect(fields).toEqual(['name'])
    expect(check('name').decision).toBe('allow')
    expect(check('salary')).toMatchObject({ decision: 'conditional', reasons: ['own'] })
    expect(check('iban')).toMatchObject({ decision: 'deny', reasons: [] })
  })

  test('are those that come with it either way, where all depends on the thing', () => {
    const { fields, check } = ask([depends({ id: 'one', role: 'a' }), depends({ id: 'other', role: 'b' })], {
      a: read(['home', 'name', 'salary']),
      b: read(['home.city', 'name', 'iban']),
    })
    expect(fields).toEqual(['home.city', 'name'])
    expect(check('name').decision).toBe('conditional')
    expect(check('salary').decision).toBe('conditional')
    expect(check('phone').decision).toBe('deny')
  })

  test('are those of the one that has a rule, where the other gives all', () => {
    const policies = [depends({ id: 'one', role: 'a' }), depends({ id: 'other', role: 'b' })]
    expect(ask(policies, { a: read(['name']) }).fields).toEqual(['name'])
    expect(ask(policies, { b: read(['name']) }).fields).toEqual(['name'])
  })
})

const pick = (row: object, fields: readonly string[]) =>
  define({
    roles: ['u'],
    permissions: { u: ['order:read'] },
    fields: { u: { 'order:read': fields } },
  }).pick(row, { principal: { id: 'u', roles: ['u'] }, action: 'order:read' })

describe('what is picked from an object', () => {
  test('is its part, also of an instance of a class', () => {
    class Address {
      readonly street = 'Rua 1'
      readonly city = 'Lisbon'

      label(): string {
        return `${this.street}, ${this.city}`
      }
    }
    expect(pick({ address: new Address() }, ['address.city'])).toEqual({ address: { city: 'Lisbon' } })
  })

  test.each<[string, object, string]>([
    ['a URL', new URL('https://shop.example/'), 'host'],
    ['a date', new Date(0), 'getTime'],
    ['bytes', new Uint8Array(1), 'length'],
    ['a map', new Map(), 'size'],
    ['a file', new Blob(['x']), 'size'],
    ['a secret', secret('x'), 'reveal'],
  ])('is the whole of %s, or nothing', (_, value, field) => {
    const row = { value, list: [value] }
    expect(pick(row, ['value', 'list'])).toEqual(row)
    expect(pick(row, [`value.${field}`, `list.${field}`])).toEqual({ list: [] })
  })
})

describe('what is picked from a list', () => {
  const lines = [
    { sku: 'x', cost: 3, tax: { rate: 1, code: 'a' } },
    { sku: 'y', cost: 4 },
    null,
    'z',
    [{ sku: 'w' }],
  ]

  test.each<[string, object, readonly string[], object]>([
    [
      'is the part of each object',
      { id: 1, lines },
      ['id', 'lines.sku'],
      { id: 1, lines: [{ sku: 'x' }, { sku: 'y' }] },
    ],
    [
      'comes from several paths at once',
      { lines },
      ['lines.sku', 'lines.tax.rate'],
      { lines: [{ sku: 'x', tax: { rate: 1 } }, { sku: 'y' }] },
    ],
    ['is the whole, by its own name', { lines }, ['lines', 'lines.sku'], { lines }],
    [
      'is as long as it',
      { lines: [{ cost: 3 }, { sku: 'y' }] },
      ['lines.sku'],
      { lines: [{}, { sku: 'y' }] },
    ],
    ['is empty where it is', { lines: [] }, ['lines.sku'], { lines: [] }],
    [
      'reaches into lists of what it holds',
      { lines: [{ parts: [{ no: 1, cost: 2 }] }] },
      ['lines.parts.no'],
      { lines: [{ parts: [{ no: 1 }] }] },
    ],
    ['is no member of the list itself', { lines }, ['lines.length', 'lines.0'], { lines: [{}, {}] }],
  ])('%s', (_, row, fields, picked) => {
    expect(pick(row, fields)).toEqual(picked)
  })

  test('ends where the path does, also in what holds itself', () => {
    const ring: unknown[] = []
    ring.push(ring, { next: ring, sku: 'x', cost: 3 })
    expect(pick({ ring }, ['ring.next.sku'])).toEqual({ ring: [{ next: [{ sku: 'x' }] }] })
  })
})
