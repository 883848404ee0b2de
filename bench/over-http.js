// A server process, and this one as the load, over loopback.
import autocannon from 'autocannon'
import { BARE } from './cases.js'
import { withLanes } from './lane-process.js'
import { requests } from './requests.js'
import { summarize } from './statistics.js'

/** A server's CPU time of a request falls for as long. */
const WARM_SECONDS = 3

/** @returns by lane: the server's CPU time of a request, in ns, and requests a second; both also as ratios to bare Fastify */
export async function measureOverHttp (lanes, { rounds, seconds, connections }) {
  const taken = lanes.map(() => [])
  const ports = []
  const prepare = async process => {
    const { port } = await process.ask('listen')
    ports.push(port)
    await load(port, process.lane, WARM_SECONDS, connections)
  }
  await withLanes(lanes, { prepare }, async processes => {
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < processes.length; turn++) {
        const index = (turn + round) % processes.length
        const process = processes[index]
        const before = await process.ask('usage')
        const { total, duration } = await load(ports[index], process.lane, seconds, connections)
        const after = await process.ask('usage')
        taken[index][round] = { cpu: (after.milliseconds - before.milliseconds) * 1e6 / total, throughput: total / duration }
      }
    }
  })
  const bare = taken[lanes.findIndex(({ contender }) => contender === BARE)]
  return lanes.map((lane, index) => ({
    ...lane,
    cpu: summarize(taken[index].map(({ cpu }) => cpu)),
    throughput: summarize(taken[index].map(({ throughput }) => throughput)),
    cpuRatio: summarize(taken[index].map(({ cpu }, round) => cpu / bare[round].cpu)),
    throughputRatio: summarize(taken[index].map(({ throughput }, round) => throughput / bare[round].throughput))
  }))
}

async function load (port, lane, duration, connections) {
  const { method, url, headers } = requests[lane.request]
  const fields = {}
  for (let index = 0; index < headers.length; index += 2) fields[headers[index]] = headers[index + 1]
  const result = await autocannon({ url: `http://127.0.0.1:${port}${url}`, method, headers: fields, duration, connections })
  if (result.errors > 0 || result.requests.total === 0) throw new Error(`${lane.contender}: ${result.errors} errors over HTTP`)
  return { total: result.requests.total, duration: result.duration }
}
