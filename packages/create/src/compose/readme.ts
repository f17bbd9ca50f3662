import type { Choices } from '../choices.js'
import type { Feature } from '../features/feature.js'

/** `README.md`: what was chosen, where it is, how to run it, and how to go on. */
export function readmeFile(name: string, choices: Choices, features: readonly Feature[]): string {
  const rows = features.map(
    ({ readme: { topic, says, where } }) =>
      `| ${topic} | ${says} | ${where.map((path) => `\`${path}\``).join(', ')} |`,
  )
  return `# ${name}

| | what it is | where |
|---|---|---|
${rows.join('\n')}

Settings are read from the environment, and from \`.env\`; an empty one is one that is not set. [.env.example](.env.example) has them all, \`src/config.ts\` checks them.

## Run it

Node 22.18 or later runs it as it is.

\`\`\`sh
npm install
${startOf(choices, features).join('\n')}
\`\`\`

\`\`\`sh
${callsOf(choices).join('\n')}
\`\`\`

\`npm run dev\` starts it again at each change, \`npm run check\` checks its types.

## Test it

\`\`\`sh
${testOf(features).join('\n')}
\`\`\`

The tests start the service at a free port and ask it over HTTP.${skipsOf(features)}

## Go on

${stepsOf(choices)
  .map((step, index) => `${index + 1}. ${step}`)
  .join('\n')}

The guide to new services, which the README of \`@base/create\` names, says which block is in which file.
`
}

/** From what was written to what is wanted. */
function stepsOf({ database, auth }: Choices): readonly string[] {
  return [
    'Put your resource in the place of `/notes`: what is in `src/notes/`, its routes in `src/service.ts`, and its tests.',
    ...(database === 'none'
      ? []
      : [
          'Add its table as the next step of `src/database/migrations.ts`; one that has run anywhere is never changed.',
        ]),
    'Add whatever else starts and stops as a part: `{ name, start, stop }` to the lifecycle in `src/service.ts`, after what it needs.',
    ...(auth === 'jwt'
      ? [
          'For your real issuer set `AUTH_ISSUER`, `AUTH_AUDIENCE` and `AUTH_JWKS_URL`, an `https:` address, to what it says of itself.',
        ]
      : []),
  ]
}

/** What is typed before it answers. */
export function startOf({ auth, database }: Choices, features: readonly Feature[]): readonly string[] {
  return [
    ...features.flatMap(({ setup = [] }) => setup),
    'cp .env.example .env',
    ...(auth === 'jwt' ? ['npm run issuer & # prints an access token for 12 hours'] : []),
    ...(auth === 'api-keys' && database === 'postgres' ? ['npm run api-key # prints a key'] : []),
    'npm start',
  ]
}

function callsOf({ auth }: Choices): readonly string[] {
  const bearer = {
    none: '',
    jwt: " -H 'authorization: Bearer <token>'",
    'api-keys': " -H 'authorization: Bearer <key>'",
  }[auth]
  return [
    `curl -i http://127.0.0.1:3000/notes${bearer} --json '{"text":"hello"}'`,
    'curl -i http://127.0.0.1:3000/health/ready',
  ]
}

function testOf(features: readonly Feature[]): readonly string[] {
  const setup = features.flatMap(({ test }) => test?.setup ?? [])
  return [...setup, ...needsOf(features).map(([name, example]) => `export ${name}=${example}`), 'npm test']
}

function skipsOf(features: readonly Feature[]): string {
  const needs = needsOf(features)
  return needs.length === 0
    ? ''
    : ` Without ${needs.map(([name]) => `\`${name}\``).join(' and ')} those that need it are skipped, and say so.`
}

/** The servers that tests need, each with an example of its address. */
function needsOf(features: readonly Feature[]): readonly (readonly [string, string])[] {
  return features.flatMap(({ test }) => Object.entries(test?.needs ?? {}))
}
