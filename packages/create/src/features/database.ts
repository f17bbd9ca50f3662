import type { Choices } from '../choices.js'
import type { Feature, ServicePart } from './feature.js'

/** Where the notes are kept. */
export function databaseFeature({ database, auth }: Choices): Feature {
  if (database === 'none') return IN_MEMORY
  const tables = auth === 'api-keys' ? 'tables-with-keys' : 'tables'
  return database === 'pglite' ? pglite(tables) : postgres(tables)
}

/** The expression of the notes, before anything stands in front of them. */
export function notesOf({ database }: Choices): string {
  return database === 'none' ? 'memoryNotes()' : 'notesIn(database.db)'
}

const IN_MEMORY: Feature = {
  layers: ['in-memory'],
  service: { imports: { './notes/memory-notes.ts': ['memoryNotes'] } },
  readme: {
    topic: 'database',
    says: 'none: notes are in memory, and end with the process',
    where: ['src/notes/memory-notes.ts'],
  },
}

const ON_DRIZZLE: ServicePart = {
  imports: {
    '@base/observability/health': ['sqlCheck'],
    './database/database.ts': ['openDatabase'],
    './notes/note-table.ts': ['notesIn'],
  },
  makes: ['const database = openDatabase(config)'],
  checks: ["database: { check: sqlCheck(database.db), groups: ['ready', 'startup'] },"],
  parts: ['database.part'],
}

function pglite(tables: string): Feature {
  return {
    layers: ['database', 'pglite', tables],
    dependencies: ['@base/drizzle', '@electric-sql/pglite', 'drizzle-orm'],
    settings: [
      {
        key: 'dataDir',
        says: 'The folder of the database, made if missing; `memory://` keeps nothing.',
        schema: 'z.string().min(1)',
        byDefault: "'data'",
      },
    ],
    service: ON_DRIZZLE,
    test: { environment: ["DATA_DIR: 'memory://',"] },
    ignores: ['data/'],
    readme: {
      topic: 'database',
      says: 'PostgreSQL inside the process (PGlite); one process at a time may open its folder, `DATA_DIR`',
      where: ['src/database/', 'src/notes/note-table.ts'],
    },
  }
}

function postgres(tables: string): Feature {
  return {
    layers: ['database', 'postgres', tables],
    dependencies: ['@base/drizzle', 'drizzle-orm', 'pg'],
    devDependencies: ['@types/pg'],
    settings: [
      {
        key: 'databaseUrl',
        says: 'The database.',
        schema: 'z.url({ protocol: /^postgres(ql)?$/ })',
        isSecret: true,
        example: 'postgres://postgres:postgres@127.0.0.1:5432/postgres',
      },
    ],
    service: ON_DRIZZLE,
    test: {
      environment: ['DATABASE_URL: process.env.TEST_DATABASE_URL,'],
      // Not that of development, in which they would leave what they write.
      needs: { TEST_DATABASE_URL: 'postgres://postgres:postgres@127.0.0.1:5433/postgres' },
      setup: [serverAt(5433)],
    },
    readme: {
      topic: 'database',
      says: 'PostgreSQL, at `DATABASE_URL`; tests have one of their own, at `TEST_DATABASE_URL`, and leave in it what they write',
      where: ['src/database/', 'src/notes/note-table.ts'],
    },
    setup: [serverAt(5432)],
  }
}

function serverAt(port: number): string {
  return `docker run --rm --detach --publish ${port}:5432 --env POSTGRES_PASSWORD=postgres postgres:17`
}
