import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Loaded before the service: at SIGUSR2 it prints what it holds once all garbage is gone. */
setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')
process.on('SIGUSR2', () => {
  gc()
  gc()
  const { rss, heapUsed } = process.memoryUsage()
  console.log(JSON.stringify({ memory: { rss, heapUsed } }))
})
