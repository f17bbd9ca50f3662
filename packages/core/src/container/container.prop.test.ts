import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createContainer } from './index.js'

/** A service of a random graph: it may need any before it. */
interface Node {
  readonly needs: readonly number[]
  readonly asynchronous: boolean
  readonly fails: boolean
}

const graphOf = (fails: fc.Arbitrary<boolean>) =>
  fc.array(fc.record({ needs: fc.array(fc.nat(20), { maxLength: 4 }), asynchronous: fc.boolean(), fails }), {
    minLength: 1,
    maxLength: 12,
  })
const working = graphOf(fc.constant(false))
const faulty = graphOf(
  fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
)

interface AnyContainer {
  get(name: string): unknown
  resolve(name: string): Promise<unknown>
  close(): Promise<void>
}

function build(nodes: readonly Node[]) {
  const made: string[] = []
  const closed: string[] = []
  const needsOf = new Map<string, readonly string[]>()
  let builder = createContainer() as unknown as {
    singleton(name: string, needs: readonly string[], create: () => unknown, options: object): typeof builder
    build(): AnyContainer
  }
  for (const [index, { needs, asynchronous, fails }] of nodes.entries()) {
    const name = `s${index}`
    const names = index === 0 ? [] : [...new Set(needs.map((need) => `s${need % index}`))]
    needsOf.set(name, names)
    const make = () => {
      if (fails) throw new Error(name)
      made.push(name)
      return name
    }
    const create = asynchronous ? () => Promise.resolve().then(make) : make
    builder = builder.singleton(name, names, create, { dispose: (it: string) => closed.push(it) })
  }
  return { container: builder.build(), made, closed, needsOf }
}

describe('a container of any graph', () => {
  test('makes what is needed, once, and closes it before what it needs', async () => {
    await fc.assert(
      fc.asyncProperty(
        working,
        fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }),
        async (nodes, asked) => {
          const { container, made, closed, needsOf } = build(nodes)
          await Promise.all(asked.map((index) => container.resolve(`s${index % nodes.length}`)))

          const reached = new Set<string>()
          const reach = (name: string) => {
            reached.add(name)
            needsOf.get(name)?.forEach(reach)
          }
          for (const index of asked) reach(`s${index % nodes.length}`)
          expect(new Set(made)).toEqual(reached)
          expect(made).toHaveLength(reached.size)
          for (const [name, needs] of needsOf) {
            if (!reached.has(name)) continue
            for (const need of needs) expect(made.indexOf(need)).toBeLessThan(made.indexOf(name))
          }
          await container.close()
          expect([...closed].sort()).toEqual([...made].sort())
          for (const name of closed) {
            for (const need of needsOf.get(name) ?? [])
              expect(closed.indexOf(name)).toBeLessThan(closed.indexOf(need))
          }
        },
      ),
    )
  })

  test('closes everything that was made, and each once, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(faulty, fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), async (nodes, asked) => {
        const { container, made, closed, needsOf } = build(nodes)
        const names = asked.map((index) => `s${index % nodes.length}`)
        const outcomes = await Promise.allSettled(names.map((name) => container.resolve(name)))

        const isFaulty = (name: string): boolean =>
          nodes[Number(name.slice(1))]?.fails === true || (needsOf.get(name) ?? []).some(isFaulty)
        outcomes.forEach(({ status }, index) => {
          expect(status).toBe(isFaulty(names[index] ?? '') ? 'rejected' : 'fulfilled')
        })
        // What succeeded is there at once, with all that it needs.
        for (const name of names) if (!isFaulty(name)) expect(container.get(name)).toBe(name)
        await container.close()
        expect([...closed].sort()).toEqual([...made].sort())
      }),
    )
  })
})
