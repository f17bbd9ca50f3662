import { expectTypeOf } from 'vitest'
import { type EntityMapper, memoryRepository, type Repository } from './index.js'

class Counter {
  readonly id: string
  readonly #n: number
  constructor(id: string, n: number) {
    this.id = id
    this.#n = n
  }
  get n(): number {
    return this.#n
  }
}

interface Row {
  readonly id: string
  readonly n: number
}

const id = ({ id }: Counter) => id
const mapper: EntityMapper<Counter, Row> = {
  toRow: ({ id, n }) => ({ id, n }),
  toDomain: ({ id, n }) => new Counter(id, n),
}

expectTypeOf(memoryRepository<Counter, string>({ id, mapper })).toEqualTypeOf<Repository<Counter, string>>()
expectTypeOf(memoryRepository({ id, mapper })).toEqualTypeOf<Repository<Counter, string>>()
memoryRepository<Counter, string>({
  id,
  mapper: { toRow: ({ id, n }) => ({ id, n }), toDomain: ({ id, n }: Row) => new Counter(id, n) },
})

memoryRepository<Counter, string>({
  id,
  // @ts-expect-error It must make the entities that are kept.
  mapper: { toRow: ({ id, n }) => ({ id, n }), toDomain: (row: Row) => row },
})
