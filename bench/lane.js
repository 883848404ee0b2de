// A process of its own for one contender, one configuration and one request, so that what the compiler learns about one
// does not make another faster or slower. It does what the parent says.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { verify } from './answers.js'
import { contenders } from './contenders.js'
import { requests } from './requests.js'
import { Client } from './socketless.js'

const lane = JSON.parse(process.argv[2])
const listener = await contenders[lane.contender](lane)
const client = new Client(listener, requests[lane.request])
verify(lane, await client.record())

function cpuMilliseconds () {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e3
}

const commands = {
  /**
   * Runs warm, and says how many requests a slice of time has. It takes some 12,000 requests until the compiler is done;
   * for a listener too slow for that many, a limit. Time is CPU time: a busy machine must not shorten it.
   */
  async warm ({ requests, milliseconds, slice }) {
    const start = cpuMilliseconds()
    let before = start
    let sent = 0
    let batch = 1
    while (true) {
      await client.send(batch)
      sent += batch
      const now = cpuMilliseconds()
      const count = Math.max(1, Math.round(batch * slice / (now - before)))
      if (sent >= requests || now - start >= milliseconds) return { count }
      before = now
      // Never more than doubled: the first requests take a hundred times what warm ones do.
      batch = Math.min(2 * batch, count)
    }
  },

  /** Nanoseconds a request, of the process's CPU time and of the clock. */
  async run ({ count }) {
    const before = cpuMilliseconds()
    const start = performance.now()
    await client.send(count)
    const wall = performance.now() - start
    return { cpu: (cpuMilliseconds() - before) * 1e6 / count, wall: wall * 1e6 / count }
  },

  async listen () {
    const server = createServer(listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { port: server.address().port }
  },

  usage () {
    return { milliseconds: cpuMilliseconds() }
  }
}

process.on('message', async ({ command, ...parameters }) => {
  process.send(await commands[command](parameters))
})
process.on('disconnect', () => { process.exit() })
process.send({ ready: true })
