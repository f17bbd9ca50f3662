/** Named imports by module; `type Name` for a type. */
export type Imports = Readonly<Record<string, readonly string[]>>

/** A setting of the service, from the environment. */
export interface Setting {
  /** Its name in the configuration; `databaseUrl` is read from `DATABASE_URL`. */
  readonly key: string
  /** What it is, in a sentence. */
  readonly says: string
  /** What of zod checks it. */
  readonly schema: string
  /** Whether it is hidden where the configuration is printed. */
  readonly isSecret?: boolean
  /** What `.env.example` has; without one the default counts, and is shown in a comment. */
  readonly example?: string
  readonly byDefault?: string
}

/** What a feature adds to `src/service.ts`. */
export interface ServicePart {
  readonly imports: Imports
  /** Statements that make what the feature is about. */
  readonly makes?: readonly string[]
  /** What the health of the service depends on. */
  readonly checks?: readonly string[]
  /** What the lifecycle starts, in this order, and stops. */
  readonly parts?: readonly string[]
  /** What the service shows of it. */
  readonly shows?: readonly string[]
}

/** What a feature adds to `test/start-service.ts`. */
export interface TestPart {
  readonly imports?: Imports
  /** Statements before the service is made. */
  readonly before?: readonly string[]
  /** Entries of the environment of every service under test. */
  readonly environment?: readonly string[]
  /** Those that are known only after the statements before it. */
  readonly settings?: readonly string[]
  /** Statements once it has started. */
  readonly started?: readonly string[]
  /** What the service is told beside its logger. */
  readonly telemetry?: readonly string[]
  /** Entries of the headers of every request. */
  readonly headers?: readonly string[]
  /** What tests may use beside the service. */
  readonly shows?: readonly string[]
  /** Statements after it has stopped. */
  readonly stopped?: readonly string[]
  /** Variables that tests need, each with an example. */
  readonly needs?: Readonly<Record<string, string>>
  /** What has to be there before them, as commands of a shell. */
  readonly setup?: readonly string[]
}

/** A choice, and all that it adds to a service. */
export interface Feature {
  /** Folders of `template/` whose files are copied. */
  readonly layers: readonly string[]
  /** By name; the versions are those that this package is developed with. */
  readonly dependencies?: readonly string[]
  readonly devDependencies?: readonly string[]
  readonly scripts?: Readonly<Record<string, string>>
  readonly settings?: readonly Setting[]
  readonly service?: ServicePart
  readonly test?: TestPart
  /** What is not committed. */
  readonly ignores?: readonly string[]
  /** Its row in the README. */
  readonly readme: { readonly topic: string; readonly says: string; readonly where: readonly string[] }
  /** What has to be there before the service starts, as commands of a shell. */
  readonly setup?: readonly string[]
}
