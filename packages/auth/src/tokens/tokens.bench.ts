import { Tokens } from '@base/auth/tokens'
import { bench } from '@base-internal/tools/bench'

await bench({
  name: '@base/auth/tokens',
  ours: '@base/auth',
  workloads: {
    construct: {
      floor: (index) => `name-${index}`,
      contestants: {
        '@base/auth': (index) => new Tokens({ name: `name-${index}` }).name,
      },
    },
  },
})
