import { describe, expect, test } from 'vitest'
import { openidConfiguration } from '../index.js'

const issuer = 'https://login.example.com'

describe('openidConfiguration', () => {
  test('says what an issuer has to say, and offers no flow that there is not', () => {
    expect(openidConfiguration({ issuer })).toEqual({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: [],
      grant_types_supported: [],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    })
  })

  test('offers the code flow, with PKCE, where users can sign in', () => {
    expect(openidConfiguration({ issuer, authorizationEndpoint: `${issuer}/authorize` })).toMatchObject({
      authorization_endpoint: `${issuer}/authorize`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
    })
  })

  test('RFC 8414, section 3.2: leaves out a list of no scopes', () => {
    expect(openidConfiguration({ issuer, scopes: [] })).not.toHaveProperty('scopes_supported')
  })

  test('says what it offers beyond', () => {
    const at = (path: string) => `${issuer}/${path}`
    expect(
      openidConfiguration({
        issuer: `${issuer}/`,
        jwksUri: at('keys'),
        authorizationEndpoint: at('authorize'),
        tokenEndpoint: at('token'),
        revocationEndpoint: at('revoke'),
        introspectionEndpoint: at('introspect'),
        userinfoEndpoint: at('userinfo'),
        endSessionEndpoint: at('logout'),
        scopes: ['openid', 'orders:read'],
        grantTypes: ['client_credentials'],
        algorithms: ['EdDSA', 'RS256'],
        extra: { claims_supported: ['sub'] },
      }),
    ).toMatchObject({
      issuer: `${issuer}/`,
      jwks_uri: at('keys'),
      authorization_endpoint: at('authorize'),
      token_endpoint: at('token'),
      revocation_endpoint: at('revoke'),
      introspection_endpoint: at('introspect'),
      userinfo_endpoint: at('userinfo'),
      end_session_endpoint: at('logout'),
      scopes_supported: ['openid', 'orders:read'],
      grant_types_supported: ['client_credentials'],
      id_token_signing_alg_values_supported: ['EdDSA', 'RS256'],
      claims_supported: ['sub'],
    })
  })

  test('takes plain http to this machine alone', () => {
    expect(openidConfiguration({ issuer: 'http://localhost:3000' }).issuer).toBe('http://localhost:3000')
    expect(() => openidConfiguration({ issuer: 'http://localhost.example.com' })).toThrow(
      'must be an https URL',
    )
  })

  test.each<[string, object]>([
    ['issuer', { issuer: undefined }],
    ['issuer', { issuer: 'login.example.com' }],
    ['issuer', { issuer: `${issuer}?a` }],
    ['issuer', { issuer: `${issuer}#a` }],
    ['issuer', { issuer: 'https:login.example.com' }],
    ['issuer', { issuer: 'https://a:b@login.example.com' }],
    ['issuer', { issuer: 'http://localhost:1@login.example.com' }],
    ['jwksUri', { jwksUri: 'http://login.example.com' }],
    ['tokenEndpoint', { tokenEndpoint: 'javascript:alert(1)' }],
    ['algorithms', { algorithms: ['none'] }],
    ['algorithms', { algorithms: 'ES256' }],
    ['scopes', { scopes: 'openid email' }],
    ['grantTypes', { grantTypes: 'authorization_code' }],
    ['extra', { extra: 'claims_supported' }],
    ['extra', { extra: ['claims_supported'] }],
  ])('refuses a wrong %s', (option, wrong) => {
    expect(() => openidConfiguration({ issuer, ...wrong })).toThrow(
      `@base/auth openidConfiguration: ${option} must be`,
    )
  })
})
