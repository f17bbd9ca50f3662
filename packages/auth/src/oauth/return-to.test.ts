import { describe, expect, test } from 'vitest'
import { createOidcClient, safeReturnTo } from './index.js'

const metadata = {
  issuer: 'https://login.example.com',
  authorization_endpoint: 'https://login.example.com/authorize',
  token_endpoint: 'https://login.example.com/token',
  jwks_uri: 'https://login.example.com/jwks',
}

const OPEN_REDIRECTS: readonly unknown[] = [
  'https://evil.example',
  'http:evil.example',
  'HTTPS://evil.example/',
  'javascript:alert(1)',
  'data:text/html,x',
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '\\\\evil.example',
  '/\\/evil.example',
  '/a\\..\\..\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/\u0000/evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/a/..//evil.example',
  '/%2e//evil.example',
  '/%2e%2e//evil.example',
  '/%2f/evil.example',
  '/%2F%2Fevil.example',
  '/%252f/evil.example',
  '/%25252f/evil.example',
  '/%5cevil.example',
  '/%5C%5Cevil.example',
  '/%255cevil.example',
  '/%09/evil.example',
  '/%0a/evil.example',
  '/a/..%2f..%2f/evil.example',
  '/%2e%2e%2f%2fevil.example',
  '/%0d%0aLocation:%20https://evil.example',
  '/x\r\nSet-Cookie: a=b',
  '/\uff0fevil.example',
  '/\u2028/evil.example',
  '/%zz',
  '/%ff',
  'evil.example',
  '@evil.example',
  '?next=//evil.example',
  '#//evil.example',
  '',
  '.',
  '..//evil.example',
  `/${'x'.repeat(2_048)}`,
  null,
  undefined,
  7,
  {},
  ['/orders'],
  { toString: () => '/orders' },
]

describe('safeReturnTo', () => {
  test.each(OPEN_REDIRECTS)('refuses %j', async (value) => {
    expect(safeReturnTo(value)).toBe('/')
    expect(safeReturnTo(value, '/home')).toBe('/home')
    const client = createOidcClient({ metadata, clientId: 'shop' })
    if (value === undefined) return
    const begun = client.begin({ redirectUri: 'https://shop.example/callback', returnTo: value as string })
    await expect(begun).rejects.toMatchObject({ code: 'INVALID_OPTION', details: { option: 'returnTo' } })
  })

  test.each([
    ['/', '/'],
    ['/orders', '/orders'],
    ['/orders?page=2&sort=%2Fname#top', '/orders?page=2&sort=%2Fname#top'],
    ['/orders?next=//evil.example', '/orders?next=//evil.example'],
    ['/search?q=50%', '/search?q=50%'],
    ['/@evil.example', '/@evil.example'],
    ['/a//b', '/a//b'],
    ['/files/a%2Fb', '/files/a%2Fb'],
    ['/a/../b/./c', '/b/c'],
    ['/größe?q=ä', '/gr%C3%B6%C3%9Fe?q=%C3%A4'],
    ['/a b', '/a%20b'],
    ['/a%252520b', '/a%252520b'],
    [`/${'x'.repeat(2_047)}`, `/${'x'.repeat(2_047)}`],
  ])('leaves %j, as a browser sends it', (value, sent) => {
    expect(safeReturnTo(value)).toBe(sent)
  })
})
