import { ConflictError, NotFoundError } from '@base/core/errors'
import { and, inArray, type SQL, sql } from 'drizzle-orm'
import type { Executor } from '../executor.js'
import { checkMapperVersion } from './mapper-version.js'
import { insertAll, insertOne, updateOne } from './one-row.js'
import type { Row, Settings } from './options.js'
import { sqlIn } from './own-sql.js'
import { partsOf } from './parts.js'
import { keyOfId } from './row-key.js'
import { selectionOf } from './selection.js'
import { type Draft, draftOf } from './stamps.js'
import type { Statement } from './statements.js'
import { namingWrongValues } from './unwritable.js'
import { valuesOf } from './values.js'

/** Saves entities of one repository by one executor, by the rules of versions. */
export class RowWriter<T> {
  readonly #settings: Settings<T>
  readonly #executor: Executor
  readonly #signal: AbortSignal | undefined

  constructor(settings: Settings<T>, executor: Executor, signal: AbortSignal | undefined) {
    this.#settings = settings
    this.#executor = executor
    this.#signal = signal
  }

  /** Saves one, in one statement where nothing is wrong. */
  save(entity: T): Promise<Row> {
    const draft = draftOf(this.#settings, entity)
    return namingWrongValues(this.#settings.columns, [draft], () => this.#saveDraft(draft))
  }

  async #saveDraft(draft: Draft): Promise<Row> {
    const statementOf = draft.expected > 0 ? updateOne : insertOne
    const [row] = await this.#run(statementOf(this.#settings, this.#executor, draft))
    if (row !== undefined) return row
    throw await this.#refusal([draft])
  }

  /**
   * Saves all, in a statement for the new ones and one for the changed ones, but for those that SQL changes, for it may refer to
   * the row. Within a transaction, for it may throw half-way.
   */
  saveAll(drafts: readonly Draft[]): Promise<Row[]> {
    return namingWrongValues(this.#settings.columns, drafts, () => this.#saveDrafts(drafts))
  }

  async #saveDrafts(drafts: readonly Draft[]): Promise<Row[]> {
    const keys = drafts.map((draft) => this.#keyOf(draft))
    if (new Set(keys).size < keys.length || keys.includes(undefined)) return this.#saveEach(drafts)
    const { columns } = this.#settings
    const own = new Map(
      drafts.map((draft) => [draft, sqlIn(draft.expected > 0 ? draft.changed : draft.created)]),
    )
    const partsWhere = (isIn: (draft: Draft) => boolean) =>
      partsOf(drafts.filter(isIn), Object.keys(columns).length + 1, own)
    const isNew = ({ expected }: Draft) => expected === 0
    const isOwn = (draft: Draft) => own.get(draft)?.length !== 0
    const saved = new Map<string, Row>()
    for (const part of partsWhere(isNew))
      this.#collect(saved, await this.#run(insertAll(this.#settings, this.#executor, part)))
    for (const part of partsWhere((draft) => !isNew(draft) && !isOwn(draft)))
      this.#collect(saved, await this.#updateMany(part))
    for (const draft of drafts.filter((draft) => !isNew(draft) && isOwn(draft)))
      this.#collect(saved, await this.#run(updateOne(this.#settings, this.#executor, draft)))
    const rows = keys.map((key) => saved.get(key as string)).filter((row) => row !== undefined)
    if (rows.length === drafts.length) return rows
    throw await this.#refusal(drafts.filter((_, index) => !saved.has(keys[index] as string)))
  }

  async #saveEach(drafts: readonly Draft[]): Promise<Row[]> {
    const rows: Row[] = []
    for (const draft of drafts) rows.push(await this.#saveDraft(draft))
    return rows
  }

  #collect(saved: Map<string, Row>, rows: readonly Row[]): void {
    const { name, column } = this.#settings.id
    for (const row of rows) saved.set(keyOfId(column, row[name]) as string, row)
  }

  /** By what a draft is known among the rows that come back; `undefined` where only the database knows. */
  #keyOf({ id, expected, created }: Draft): string | undefined {
    const { name, column } = this.#settings.id
    return keyOfId(column, expected > 0 ? id : created[name])
  }

  /** Each row by its own version. */
  #updateMany(drafts: readonly Draft[]): Promise<readonly Row[]> {
    const { table, id, version, columns } = this.#settings
    const names = Object.keys(drafts[0]?.changed ?? {})
    const { from, column, expected } = valuesOf(columns, id, names, drafts)
    const set = Object.fromEntries(names.map((name) => [name, column(name)]))
    const isIt = and(sql`${id.column} = ${column(id.name)}`, version && sql`${version.column} = ${expected}`)
    const update = this.#executor.update(table).set(set as never)
    return this.#run(
      update
        .from(from as never)
        .where(isIt)
        .returning(selectionOf(table) as never) as unknown as Statement<Row[]>,
    )
  }

  #run(statement: unknown): Promise<readonly Row[]> {
    return this.#settings.statements.run('save', statement as Statement<Row[]>, this.#signal)
  }

  /** Why the first of those could not be saved. */
  async #refusal(drafts: readonly Draft[]): Promise<Error> {
    const { table, id, version, name, statements } = this.#settings
    const [{ id: wanted, expected } = { id: undefined, expected: 0 }] = drafts
    const select = { version: version?.column ?? sql<number>`1` } as { version: SQL<number> }
    const found = this.#executor
      .select(select)
      .from(table)
      .where(inArray(id.column, [wanted]))
      .limit(1)
    const [present] = await statements.run('save', found as Statement<{ version: number }[]>, this.#signal)
    if (present === undefined && expected > 0) {
      return new NotFoundError({ message: `This ${name} is gone.`, details: { id: wanted } })
    }
    if (present !== undefined && expected === 0) checkMapperVersion(this.#settings)
    const message =
      expected === 0 ? `This ${name} exists already.` : `This ${name} was changed by somebody else meanwhile.`
    return new ConflictError({ message, details: { id: wanted, expected, actual: present?.version } })
  }
}
