import { toMilliseconds } from '@base/core/duration'
import { checkFunction, checkText, invalidOption } from '@base/core/options'
import type { RequestRules } from '../timed-request.js'
import { isScopeName } from '../tokens/scope.js'
import { checkAddress } from '../web-address.js'
import type { OidcClientOptions, OidcSettings } from './oidc-options.js'
import { place } from './place.js'
import { Discovery, type MetadataSource } from './provider/discovery.js'
import { metadataProblem, type OidcMetadata } from './provider/oidc-metadata.js'

/** The settings that say which provider it is, and what is asked of it. */
export type ProviderPart = Pick<
  OidcSettings,
  'source' | 'issuer' | 'issuerTemplate' | 'profile' | 'scope' | 'authorizationParameters'
>

/** What the client itself says on the way out; `max_age` where `begin` is told, for then it is checked on the way back. */
const OWN_PARAMETERS: readonly string[] = [
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'max_age',
  'request',
  'request_uri',
]

/** Checks the options that are about the provider. @throws InvalidOptionError */
export function readProvider(options: Partial<OidcClientOptions>, rules: RequestRules): ProviderPart {
  const { issuer, metadata, metadataMaxAge = '1h', profile, scope = 'openid' } = options
  if ((issuer === undefined) === (metadata === undefined))
    throw invalidOption(issuer, place('issuer'), 'given, or metadata, and not both')
  if (profile !== undefined) checkFunction(profile, place('profile'))
  const needsKeys = profile === undefined
  const own = metadata === undefined ? undefined : readMetadata(metadata, needsKeys)
  const name = own === undefined ? readIssuer(issuer) : own.issuer
  const issuerTemplate = readTemplate(options.issuerTemplate)
  const maxAge = toMilliseconds(metadataMaxAge, { ...place('metadataMaxAge'), positive: true })
  const document = { issuer: name, expected: issuerTemplate ?? name, maxAge, needsKeys }
  const source: MetadataSource =
    own === undefined ? new Discovery({ ...rules, ...document }) : { get: async () => own }
  return {
    source,
    issuer: name,
    issuerTemplate,
    profile,
    scope: readScope(scope, needsKeys),
    authorizationParameters: readParameters(options.authorizationParameters ?? {}),
  }
}

function readIssuer(issuer: unknown): string {
  const address = checkAddress(issuer, place('issuer'))
  if (new URL(address).search !== '') throw invalidOption('a query', place('issuer'), 'a URL without query')
  return address
}

function readMetadata(metadata: OidcMetadata, needsKeys: boolean): OidcMetadata {
  const problem = metadataProblem(metadata ?? {}, needsKeys)
  if (problem !== undefined) throw invalidOption(problem, place('metadata'), 'those of a provider')
  return Object.freeze({ ...metadata })
}

function readTemplate(template: unknown): string | undefined {
  if (template === undefined) return undefined
  if (checkText(template, place('issuerTemplate')).split('{tenantid}').length === 2) return template as string
  throw invalidOption(template, place('issuerTemplate'), "a text with '{tenantid}' in it, once")
}

function readScope(scope: unknown, isOpenId: boolean): string {
  const text = checkText(scope, place('scope'))
  const scopes = text.split(' ')
  if (!scopes.every(isScopeName))
    throw invalidOption(scope, place('scope'), 'names of RFC 6749, with one space between')
  if (isOpenId && !scopes.includes('openid'))
    throw invalidOption(scope, place('scope'), "with 'openid', or beside a profile")
  return text
}

function readParameters(parameters: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(parameters)) {
    const where = place(`authorizationParameters.${name}`)
    if (OWN_PARAMETERS.includes(name)) throw invalidOption(value, where, 'left to the client')
    checkText(value, where)
  }
  return { ...parameters }
}
