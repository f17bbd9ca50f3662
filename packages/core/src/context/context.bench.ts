import { AsyncLocalStorage } from 'node:async_hooks'
import { correlationId, runInContext, tenantId } from '@base/core/context'
import { bench } from '@base-internal/tools/bench'

interface Request {
  readonly correlationId: string
  readonly tenantId: string
}
const raw = new AsyncLocalStorage<Request>()
const text = (index: number): string => (index % 2 === 0 ? 'even' : 'odd')

await runInContext(
  [
    [tenantId, 'acme'],
    [correlationId, 'c-1'],
  ],
  () =>
    raw.run({ tenantId: 'acme', correlationId: 'c-1' }, () =>
      bench({
        name: '@base/core/context',
        ours: '@base/core',
        workloads: {
          get: {
            floor: () => 'acme',
            contestants: {
              '@base/core': () => tenantId.get(),
              'bare AsyncLocalStorage': () => raw.getStore()?.tenantId,
            },
          },
          'run with two values, get one': {
            floor: text,
            contestants: {
              '@base/core': (i) =>
                runInContext(
                  [
                    [correlationId, 'c-2'],
                    [tenantId, text(i)],
                  ],
                  () => tenantId.get(),
                ),
              'bare AsyncLocalStorage': (i) =>
                raw.run({ correlationId: 'c-2', tenantId: text(i) }, () => raw.getStore()?.tenantId),
            },
          },
          'run with two values, await, get one': {
            floor: async (i) => text(i),
            contestants: {
              '@base/core': (i) =>
                runInContext(
                  [
                    [correlationId, 'c-2'],
                    [tenantId, text(i)],
                  ],
                  async () => {
                    await null
                    return tenantId.get()
                  },
                ),
              'bare AsyncLocalStorage': (i) =>
                raw.run({ correlationId: 'c-2', tenantId: text(i) }, async () => {
                  await null
                  return raw.getStore()?.tenantId
                }),
            },
          },
        },
      }),
    ),
)
