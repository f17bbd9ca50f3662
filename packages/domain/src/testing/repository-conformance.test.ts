import { describe, expect, test } from 'vitest'
import { memoryRepository } from '../repository/memory-repository.js'
import { allOf, always } from '../specification/combine.js'
import { where } from '../specification/where.js'
import { brokenLaws, lawsOf } from './broken-laws.js'
import { repositoryConformance } from './repository-conformance.js'
import type { Rows } from './repository-ordering.js'
import type { SpecificationRow } from './specification-rows.js'
import type { Item, Items, MakeSubject, SuiteOptions } from './subject.js'

const make = (): Items => memoryRepository<Item, number>({ id: (item) => item.id, version: 'version' })

/** A repository with some methods changed. */
function changed(change: (items: Items) => Partial<Items>): () => Items {
  return () => {
    const items = make()
    const overrides = change(items)
    return new Proxy(items, {
      get: (_, name) => {
        const member = Reflect.get(overrides, name) ?? Reflect.get(items, name)
        return typeof member === 'function' ? member.bind(items) : member
      },
    })
  }
}

const reading = (change: (found: Item[]) => Item[]) =>
  changed((items) => ({ find: async (spec, options) => change(await items.find(spec, options)) }))

const paging = (change: (page: Awaited<ReturnType<Items['findPage']>>) => unknown) =>
  changed((items) => ({
    findPage: async (spec, options) => change(await items.findPage(spec, options)) as never,
  }))

const info = (fields: object) => paging((page) => ({ ...page, pageInfo: { ...page.pageInfo, ...fields } }))

/** Saves whatever version comes. */
const careless = (when: (item: Item, present: Item | undefined) => boolean) =>
  changed((items) => ({
    save: async (item, options) => {
      const present = await items.findById(item.id)
      return items.save(when(item, present) ? { ...item, version: present?.version ?? 0 } : item, options)
    },
  }))

const roundTrip = () => new Promise((resolve) => setImmediate(resolve))

/** Whether what is to be saved has the version that is there. */
const isCurrent = async (items: Items, item: Item) =>
  ((await items.findById(item.id))?.version ?? 0) === item.version

const withPresentVersion = async (items: Items, item: Item) => ({
  ...item,
  version: (await items.findById(item.id))?.version ?? 0,
})

/** Compares the versions, and writes a round trip later, whatever is there by then. */
const savingLate = changed((items) => ({
  save: async (item, options) => {
    const isFine = await isCurrent(items, item)
    await roundTrip()
    return items.save(isFine ? await withPresentVersion(items, item) : item, options)
  },
}))

const TWINS: Record<string, () => Items> = {
  'a new one gets version 1, and each save adds one': changed((items) => ({
    save: async (item, options) => ({ ...(await items.save(item, options)), version: 1 }),
  })),
  'a stale version is a conflict that names it, and changes nothing': careless(
    (item, present) => item.version > 0 && item.version < (present?.version ?? 0),
  ),
  'a version from the future is a conflict': careless(
    (item, present) => present !== undefined && item.version > present.version,
  ),
  'a new one whose id exists is a conflict, and changes nothing': careless((item) => item.version === 0),
  'one that is gone is not found, and is not made again': careless((_, present) => present === undefined),
  'a deleted id is free for a new one': () =>
    memoryRepository<Item, number>({ id: (item) => item.id, version: 'version', softDelete: true }),
  'saveMany saves new and changed ones, and gives them back in their order': changed((items) => ({
    saveMany: async (all, options) => (await items.saveMany(all, options)).sort((a, b) => a.id - b.id),
  })),
  'saveMany saves none where one is stale, and names it': changed((items) => ({
    saveMany: async (all, options) => {
      const saved: Item[] = []
      for (const item of all) saved.push(await items.save(item, options))
      return saved
    },
  })),
  'delete says whether there was one': changed((items) => ({
    delete: async (id, options) => {
      await items.delete(id, options)
      return true
    },
  })),
  'deleteWhere deletes those that satisfy, and says how many': changed((items) => ({
    deleteWhere: async (spec, options) => {
      await items.deleteWhere(spec, options)
      return 0
    },
  })),
  'deleteWhere deletes everything only where it is told to': changed((items) => ({
    deleteWhere: (spec, options) => items.deleteWhere(spec, { ...options, all: true }),
  })),
  'what was saved and what was read can change without being saved': () => {
    const given = new Map<number, Item>()
    return changed((items) => ({
      getById: async (id, options) => {
        const found = given.get(id) ?? (await items.getById(id, options))
        given.set(id, found)
        return found
      },
    }))()
  },
  'an aborted signal ends a write with its reason, and nothing is written': changed((items) => ({
    delete: (id) => items.delete(id),
  })),
  'of ten that save one version at once one succeeds, and the others are conflicts': savingLate,
  'of ten that make one of the same id at once one succeeds, and the others are conflicts': savingLate,
  'of ten that save several at once one succeeds, whole, and the others are conflicts': changed((items) => ({
    saveMany: async (all, options) => {
      const areFine = await Promise.all(all.map((item) => isCurrent(items, item)))
      await roundTrip()
      const present = all.map((item) => withPresentVersion(items, item))
      return items.saveMany(areFine.every(Boolean) ? await Promise.all(present) : all, options)
    },
  })),
  'of ten that delete one at once one did': changed((items) => ({
    delete: async (id, options) => {
      const isThere = (await items.findById(id)) !== undefined
      await roundTrip()
      await items.delete(id, options)
      return isThere
    },
  })),
  'a save that is under way does not bring back what is deleted': savingLate,
  'findById gives undefined for what is not there, getById is not found': changed((items) => ({
    findById: async (id, options) => (await items.findById(id, options)) ?? (null as never),
  })),
  'find gives those that satisfy, and all of them': reading((found) => found.slice(0, 1)),
  'count, exists and findOne agree with find': changed((items) => ({
    count: (_, options) => items.count(always(), options),
  })),
  'an order is kept, and where it leaves a choice the id decides': changed((items) => ({
    find: async (spec, { orderBy, ...options } = {}) => {
      const found = await items.find(spec, options)
      return orderBy?.[0]?.direction === 'desc'
        ? found.sort((a, b) => b.n - a.n)
        : found.sort((a, b) => a.n - b.n)
    },
  })),
  'limit and offset cut the ordered list': changed((items) => ({
    find: (spec, { offset: _, ...options } = {}) => items.find(spec, options),
  })),
  'stream gives what find gives, in order': changed((items) => ({
    stream: (spec, { orderBy: _, ...options } = {}) => items.stream(spec, options),
  })),
  'stream and findPage give those that find gives': changed((items) => ({
    stream: (_, options) => items.stream(always(), options),
  })),
  'an order by what is no field is refused': changed((items) => ({
    find: (spec, options) => items.find(spec, options).catch(() => []),
  })),
  'an aborted signal ends a read with its reason': changed((items) => ({
    exists: (spec) => items.exists(spec),
  })),
  'pages are the ordered list, cut, and say exactly what lies beside them': info({ hasPreviousPage: false }),
  'pages lead back the way they came': changed((items) => ({
    findPage: (spec, { before, after, ...options } = {}) =>
      items.findPage(spec, { ...options, after: after ?? before }),
  })),
  'nothing is repeated or left out while others are added and deleted': () => {
    // By offset: the cursor is how many were seen.
    const offsets = new Map<string, number>()
    return changed((items) => ({
      findPage: async (spec, { after, before, ...options } = {}) => {
        const seen = offsets.get(after ?? before ?? '') ?? 0
        const page = await items.findPage(spec, { ...options, limit: 100 })
        const cut = page.items.slice(seen, seen + (options.limit ?? 20))
        offsets.set(`${page.pageInfo.endCursor}`, seen + cut.length)
        return { items: cut, pageInfo: page.pageInfo }
      },
    }))()
  },
  'a page of nothing has no cursors': paging((page) => ({
    ...page,
    pageInfo: { ...page.pageInfo, startCursor: page.pageInfo.startCursor ?? '', endCursor: '' },
  })),
  'a page has 20 unless it is told otherwise': changed((items) => ({
    findPage: (spec, options = {}) => items.findPage(spec, { limit: 21, ...options }),
  })),
  'a bad cursor is refused, and never the first page': changed((items) => ({
    findPage: (spec, options = {}) =>
      items
        .findPage(spec, options)
        .catch(() => items.findPage(spec, { ...options, after: null, before: null })),
  })),
  'a cursor of another order is refused': changed((items) => ({
    findPage: async (spec, options = {}) => {
      const plain = await items.findPage(spec, { limit: 100 })
      return options.after === undefined ? items.findPage(spec, options) : plain
    },
  })),
  'wrong page options are refused': changed((items) => ({
    findPage: (spec, { limit, ...options } = {}) =>
      items.findPage(spec, { ...options, limit: Math.max(1, Math.round(Number(limit ?? 20))) }),
  })),
}

describe('repositoryConformance', () => {
  test('accepts a repository, wrapped too', async () => {
    for (const accepted of [make, changed(() => ({}))]) {
      expect(await brokenLaws(repositoryConformance, () => ({ subject: accepted() }))).toEqual([])
    }
  })

  test('has a broken twin for each of its laws', () => {
    expect(Object.keys(TWINS).sort()).toEqual(lawsOf(repositoryConformance).sort())
  })

  test.each(Object.entries(TWINS))('rejects a repository that breaks: %s', async (law, twin) => {
    expect(await brokenLaws(repositoryConformance, () => ({ subject: twin() }), law)).toEqual([law])
  })
})

test.each(['findById', 'findOne', 'find', 'findPage', 'stream'] as const)(
  'repositoryConformance rejects a repository that gives away what it keeps by %s',
  async (name) => {
    const law = 'what was saved and what was read can change without being saved'
    const sharing = changed((items) => {
      const kept = new Map<number, Item>()
      const share = (item: Item): Item => {
        kept.set(item.id, kept.get(item.id) ?? item)
        return kept.get(item.id) as Item
      }
      const readers: Pick<Items, 'findById' | 'findOne' | 'find' | 'findPage' | 'stream'> = {
        findById: async (id, options) => items.findById(id, options).then((found) => found && share(found)),
        findOne: async (spec, options) => items.findOne(spec, options).then((found) => found && share(found)),
        find: async (spec, options) => (await items.find(spec, options)).map(share),
        findPage: async (spec, options) => {
          const page = await items.findPage(spec, options)
          return { ...page, items: page.items.map(share) }
        },
        async *stream(spec, options) {
          for await (const item of items.stream(spec, options)) yield share(item)
        },
      }
      return { [name]: readers[name] }
    })
    expect(await brokenLaws(repositoryConformance, () => ({ subject: sharing() }), law)).toEqual([law])
  },
)

const rows = (): Rows => memoryRepository<SpecificationRow, number>({ id: (row) => row.id })

const ROW_TWINS: Record<string, () => Rows> = {
  'every kind of value has its order, and null its place in it': () => {
    const kept = rows()
    const asSqlite: Rows['find'] = (spec, { orderBy = [], ...options } = {}) => {
      // Null is less than all else.
      const inOrder = orderBy.map(
        (key) => ({ ...key, nulls: key.direction === 'desc' ? 'last' : 'first' }) as const,
      )
      return kept.find(spec, { ...options, orderBy: inOrder })
    }
    return Object.assign(kept, { find: asSqlite })
  },
  'pages lose and repeat no row, whatever is null': () => {
    const kept = rows()
    const { findPage } = kept
    // What is compared with a cursor is neither more nor less where it is null.
    const forgetful: Rows['findPage'] = (spec, options = {}) => {
      const { after, before, orderBy = [] } = options
      const isFrom = (after ?? before ?? null) !== null
      const compared = orderBy.map(({ field }) => where<SpecificationRow>().isNotNull(field))
      return findPage.call(kept, isFrom ? allOf(spec, ...compared) : spec, options)
    }
    return Object.assign(kept, { findPage: forgetful })
  },
}

describe('repositoryConformance with rows', () => {
  const suite = (make: MakeSubject<Rows>, { test }: SuiteOptions) =>
    repositoryConformance(() => expect.unreachable(), {
      test: (name, prove) => name.slice('Repository: '.length) in ROW_TWINS && test(name, prove),
      rows: make,
    })

  test('accepts a repository', async () => {
    expect(lawsOf(suite)).toEqual(Object.keys(ROW_TWINS))
    expect(await brokenLaws(suite, () => ({ subject: rows() }))).toEqual([])
  })

  test.each(Object.entries(ROW_TWINS))('rejects a repository that breaks: %s', async (law, twin) => {
    expect(await brokenLaws(suite, () => ({ subject: twin() }), law)).toEqual([law])
  })
})
