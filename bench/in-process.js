// Requests through the listener on real request and response objects without a socket.
import { withLanes } from './lane-process.js'
import { LaneResults } from './lane-results.js'

/** When a lane counts as warm: so many requests, or so many milliseconds of CPU time. */
export const WARM = { requests: 20_000, milliseconds: 2_000 }

/** The collector's helper threads take CPU time by luck: in some launches as much again as the requests. */
const GC = ['--single-threaded-gc']

/**
 * Measures the lanes of a group: several launches, since a process has its luck with memory and compiler for life; in
 * each, rounds in which every lane has its slice.
 */
export async function measureInProcess (lanes, { launches, rounds, slice, warm }) {
  const results = new LaneResults(lanes)
  for (let launch = 0; launch < launches; launch++) {
    const counts = []
    const prepare = async process => { counts.push((await process.ask('warm', { ...warm, slice })).count) }
    await withLanes(lanes, { prepare, execArgv: GC }, async processes => {
      for (let round = 0; round < rounds; round++) {
        // The turn is everybody's once: a lane that always came after a greedy one would pay for it.
        for (let turn = 0; turn < processes.length; turn++) {
          const index = (turn + round) % processes.length
          results.add(launch, index, await processes[index].ask('run', { count: counts[index] }))
        }
      }
    })
  }
  return results
}
