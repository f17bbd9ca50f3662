import type { Choices } from '../choices.js'
import type { Feature, ServicePart } from './feature.js'

/** Who may write notes. */
export function authFeature(choices: Choices): Feature | undefined {
  if (choices.auth === 'none') return undefined
  return choices.auth === 'jwt' ? JWT : apiKeys(choices.database)
}

/** The expression of the routes of notes, guarded where somebody must not pass. */
export function guarded({ auth }: Choices, routes: string): string {
  if (auth === 'none') return routes
  const guard =
    auth === 'jwt' ? "requireToken(config, 'notes:write')" : "requireApiKey(apiKeys, 'notes:write')"
  return `guardWrites(${guard}, ${routes})`
}

const HEADERS = ["authorization: await authorize('notes:write'),"]
const SHOWS = ['authorize']

const JWT: Feature = {
  layers: ['auth', 'jwt'],
  dependencies: ['@base/auth'],
  scripts: { issuer: 'node dev/run-issuer.ts' },
  settings: [
    {
      key: 'authIssuer',
      says: 'Who issues access tokens, as their `iss` says.',
      schema: 'z.url({ protocol: /^https?$/ })',
      example: 'http://127.0.0.1:4000',
    },
    {
      key: 'authAudience',
      says: 'Whom tokens must be for, as their `aud` says.',
      schema: 'z.string().min(1)',
      example: 'notes',
    },
    {
      key: 'authJwksUrl',
      says: 'Where the issuer publishes its keys.',
      schema: 'z.url({ protocol: /^https?$/ })',
      example: 'http://127.0.0.1:4000/jwks.json',
    },
  ],
  service: {
    imports: {
      './auth/guard-writes.ts': ['guardWrites'],
      './auth/require-token.ts': ['requireToken'],
    },
  },
  test: {
    imports: { '../dev/issuer.ts': ['startIssuer'] },
    before: ["const issuer = await startIssuer('notes')"],
    settings: ['AUTH_ISSUER: issuer.url,', "AUTH_AUDIENCE: 'notes',", 'AUTH_JWKS_URL: issuer.jwksUrl,'],
    started: [`const authorize = async (scope: string) => ${bearer('await issuer.issue(scope)')}`],
    headers: HEADERS,
    shows: SHOWS,
    stopped: ['issuer.close()'],
  },
  readme: {
    topic: 'authentication',
    says: 'whoever writes has an access token (JWT) of your issuer, with the scope `notes:write`; on this machine `npm run issuer` stands in for it, and prints a token for 12 hours; started again it prints another, and those before end',
    where: ['src/auth/', 'dev/'],
  },
}

function apiKeys(database: Choices['database']): Feature {
  const inDatabase = database !== 'none'
  const isServer = database === 'postgres'
  const layers = [...(inDatabase ? ['keys-database'] : []), ...(isServer ? [] : ['keys-embedded'])]
  return {
    layers: ['auth', 'keys', ...layers],
    dependencies: ['@base/auth'],
    ...(inDatabase && { scripts: { 'api-key': 'node src/auth/create-key.ts' } }),
    service: keyService(inDatabase, isServer),
    test: {
      started: [
        'const authorize = async (scope: string) =>',
        `  ${bearer("(await service.apiKeys.create({ ownerId: 'test', scopes: [scope] })).key")}`,
      ],
      headers: HEADERS,
      shows: SHOWS,
    },
    readme: {
      topic: 'authentication',
      says: `whoever writes has an API key with the scope \`notes:write\`: ${howToGetOne(database)}`,
      where: ['src/auth/'],
    },
  }
}

/** The expression of a header that shows what another expression gives. */
function bearer(expression: string): string {
  return `\`Bearer \${${expression}}\``
}

function howToGetOne(database: Choices['database']): string {
  if (database === 'none') return 'each start makes one and prints it'
  if (database === 'postgres') return '`npm run api-key -- <owner>` makes one and prints it'
  return 'the first start makes one and prints it; `npm run api-key -- <owner>` makes another while the service is stopped'
}

function keyService(inDatabase: boolean, isServer: boolean): ServicePart {
  return {
    imports: {
      '@base/auth/api-keys': ['createApiKeys', ...(inDatabase ? [] : ['memoryApiKeyStore'])],
      ...(inDatabase && { '@base/drizzle/auth': ['drizzleApiKeyStore'] }),
      './auth/guard-writes.ts': ['guardWrites'],
      './auth/require-api-key.ts': ['requireApiKey'],
      ...(!isServer && { './auth/first-key.ts': ['firstKey'] }),
    },
    makes: [
      `const apiKeys = createApiKeys({ store: ${inDatabase ? 'drizzleApiKeyStore(database.db)' : 'memoryApiKeyStore()'} })`,
    ],
    ...(!isServer && { parts: ['firstKey(apiKeys)'] }),
    shows: ['apiKeys'],
  }
}
